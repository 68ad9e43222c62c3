import { createHash } from 'node:crypto'

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const DEFAULT_ROUNDS = 5000

type Sha = 'sha256' | 'sha512'

/** The SHA-crypt scheme of glibc (`$5$`, `$6$`), after its published specification. */
export function shaCrypt(algorithm: Sha, password: string, saltText: string, rounds: number): string {
  const key = Buffer.from(password, 'utf8')
  const salt = Buffer.from(saltText.slice(0, 16), 'utf8')
  const turns = Math.min(999_999_999, Math.max(1000, rounds))
  const p = repeated(
    digest(
      algorithm,
      Array.from({ length: key.length }, () => key),
    ),
    key.length,
  )
  const first = start(algorithm, key, salt)
  const s = repeated(
    digest(
      algorithm,
      Array.from({ length: 16 + (first[0] ?? 0) }, () => salt),
    ),
    salt.length,
  )
  const sum = stretch(algorithm, first, p, s, turns)
  const marker = turns === DEFAULT_ROUNDS ? '' : `rounds=${String(turns)}$`
  return `$${algorithm === 'sha512' ? '6' : '5'}$${marker}${salt.toString('utf8')}$${encode(sum, algorithm === 'sha512' ? order512() : order256())}`
}

function digest(algorithm: string, parts: readonly Uint8Array[]): Buffer {
  const hash = createHash(algorithm)
  for (const part of parts) hash.update(part)
  return hash.digest()
}

function repeated(block: Buffer, length: number): Buffer {
  return Buffer.alloc(length, block)
}

function start(algorithm: Sha, key: Buffer, salt: Buffer): Buffer {
  const other = digest(algorithm, [key, salt, key])
  const parts: Uint8Array[] = [key, salt, repeated(other, key.length)]
  for (let bits = key.length; bits > 0; bits >>= 1) parts.push(bits & 1 ? other : key)
  return digest(algorithm, parts)
}

function stretch(algorithm: Sha, first: Buffer, p: Buffer, s: Buffer, rounds: number): Buffer {
  let sum = first
  for (let turn = 0; turn < rounds; turn += 1) {
    const parts: Uint8Array[] = [turn & 1 ? p : sum]
    if (turn % 3 !== 0) parts.push(s)
    if (turn % 7 !== 0) parts.push(p)
    parts.push(turn & 1 ? sum : p)
    sum = digest(algorithm, parts)
  }
  return sum
}

/** The byte triples of the two digests in the order the scheme prints them; each step rotates the three columns. */
function order512(): number[][] {
  const rows = Array.from({ length: 21 }, (_, at) => rotate([at, at + 21, at + 42], at % 3))
  return [...rows, [63]]
}

function order256(): number[][] {
  const rows = Array.from({ length: 10 }, (_, at) => rotate([at, at + 10, at + 20], (3 - (at % 3)) % 3))
  return [...rows, [31, 30]]
}

function rotate(row: readonly number[], by: number): number[] {
  return [...row.slice(by), ...row.slice(0, by)]
}

function encode(bytes: Uint8Array, order: readonly (readonly number[])[]): string {
  return order
    .map((row) =>
      base64(
        row.reduce((value, at) => (value << 8) | (bytes[at] ?? 0), 0),
        row.length + 1,
      ),
    )
    .join('')
}

function base64(value: number, length: number): string {
  let out = ''
  for (let rest = value, at = 0; at < length; at += 1, rest >>>= 6) out += ALPHABET[rest & 63] ?? ''
  return out
}

/** The MD5-crypt scheme (`$1$`), for old systems. */
export function md5Crypt(password: string, saltText: string): string {
  const key = Buffer.from(password, 'utf8')
  const salt = Buffer.from(saltText.slice(0, 8), 'utf8')
  const other = digest('md5', [key, salt, key])
  const parts: Uint8Array[] = [key, Buffer.from('$1$'), salt, repeated(other, key.length)]
  for (let bits = key.length; bits > 0; bits >>= 1) parts.push(bits & 1 ? Buffer.from([0]) : key.subarray(0, 1))
  let sum = digest('md5', parts)
  for (let turn = 0; turn < 1000; turn += 1) {
    const step: Uint8Array[] = [turn & 1 ? key : sum]
    if (turn % 3 !== 0) step.push(salt)
    if (turn % 7 !== 0) step.push(key)
    step.push(turn & 1 ? sum : key)
    sum = digest('md5', step)
  }
  return `$1$${salt.toString('utf8')}$${encode(sum, [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5], [11]])}`
}
