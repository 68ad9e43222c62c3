import { createCipheriv, createDecipheriv, createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'
import { RunnerError } from '../base/error.ts'
import type { Secret } from '../base/value.ts'

/**
 * Ansible's vault format. Versions 1.1 and 1.2 hold AES-256-CTR with a PBKDF2 key and an HMAC; 1.2 names the vault id.
 * 1.0 is the first releases' AES-CBC with a key from MD5: read, never written.
 */

/** A password and the vault id it goes by. */
export interface VaultSecret {
  readonly id: string
  readonly password: Secret
}

export const DEFAULT_ID = 'default'

const HEADER = '$ANSIBLE_VAULT'
const WIDTH = 80
const ITERATIONS = 10_000

interface Envelope {
  readonly version: string
  readonly cipher: string
  readonly id: string | undefined
  /** Hexadecimal, without line ends. */
  readonly body: string
}

/** The vault id that the text names; undefined where it names none. @throws RunnerError `variable` where the header is none */
export function vaultIdOf(text: string): string | undefined {
  return readEnvelope(text).id
}

/**
 * The bytes inside, or undefined where the password is not theirs.
 * @throws RunnerError `variable` for a text that is damaged or of an unknown version
 */
export function openVault(text: string, password: Secret): Buffer | undefined {
  const { cipher, body } = readEnvelope(text)
  if (!/^[0-9a-f]*$/i.test(body) || body.length % 2 === 1) throw damaged('its body is not hexadecimal')
  const payload = Buffer.from(body, 'hex')
  return cipher === 'AES' ? openLegacy(payload, password) : openAes256(payload, password)
}

/** Closes bytes. The salt is random unless one is given, which makes the same text of the same bytes. */
export function closeVault(bytes: Buffer, secret: VaultSecret, salt: Buffer = randomBytes(32)): string {
  const { key, macKey, iv } = deriveKeys(secret.password, salt)
  const cipher = createCipheriv('aes-256-ctr', key, iv)
  const sealed = Buffer.concat([cipher.update(padded(bytes)), cipher.final()])
  const mac = createHmac('sha256', macKey).update(sealed).digest()
  const inner = [salt, mac, sealed].map((part) => part.toString('hex')).join('\n')
  const body = Buffer.from(inner, 'latin1').toString('hex')
  const header = secret.id === DEFAULT_ID ? `${HEADER};1.1;AES256` : `${HEADER};1.2;AES256;${secret.id}`
  return `${[header, ...(body.match(new RegExp(`.{1,${String(WIDTH)}}`, 'g')) ?? [])].join('\n')}\n`
}

function readEnvelope(text: string): Envelope {
  const [first = '', ...rest] = text.trim().split(/\r?\n/)
  const [mark, version = '', cipher = '', id] = first.trim().split(';')
  if (mark !== HEADER) throw damaged('it does not begin with $ANSIBLE_VAULT;')
  if (!/^1\.[0-2]$/.test(version)) throw damaged(`its version is ${version === '' ? 'missing' : version}, known are 1.0, 1.1 and 1.2`)
  if (cipher !== 'AES256' && !(cipher === 'AES' && version === '1.0')) throw damaged(`its cipher is ${cipher}, known is AES256`)
  return { version, cipher, id: id === undefined || id === '' ? undefined : id, body: rest.map((line) => line.trim()).join('') }
}

function damaged(why: string): RunnerError {
  return new RunnerError('variable', `not a vault text: ${why}`)
}

function openAes256(payload: Buffer, password: Secret): Buffer | undefined {
  const parts = payload.toString('latin1').split('\n')
  const [salt, mac, sealed] = parts.map((part) => Buffer.from(part, 'hex'))
  if (salt === undefined || mac === undefined || sealed === undefined || parts.length !== 3) throw damaged('it is cut off')
  const { key, macKey, iv } = deriveKeys(password, salt)
  const wanted = createHmac('sha256', macKey).update(sealed).digest()
  if (mac.length !== wanted.length || !timingSafeEqual(mac, wanted)) return undefined
  const decipher = createDecipheriv('aes-256-ctr', key, iv)
  return unpadded(Buffer.concat([decipher.update(sealed), decipher.final()]))
}

interface Keys {
  readonly key: Buffer
  readonly macKey: Buffer
  readonly iv: Buffer
}

const derived = new WeakMap<Secret, Map<string, Keys>>()

/** The derivation takes milliseconds by design; values closed with one salt share it. */
function deriveKeys(password: Secret, salt: Buffer): Keys {
  const known = derived.get(password) ?? new Map<string, Keys>()
  derived.set(password, known)
  const name = salt.toString('hex')
  const found = known.get(name)
  if (found !== undefined) return found
  const bytes = pbkdf2Sync(password.reveal(), salt, ITERATIONS, 80, 'sha256')
  const keys = { key: bytes.subarray(0, 32), macKey: bytes.subarray(32, 64), iv: bytes.subarray(64, 80) }
  known.set(name, keys)
  return keys
}

const BLOCK = 16

function padded(bytes: Buffer): Buffer {
  const count = BLOCK - (bytes.length % BLOCK)
  return Buffer.concat([bytes, Buffer.alloc(count, count)])
}

function unpadded(bytes: Buffer): Buffer {
  const count = bytes.at(-1) ?? 0
  if (count < 1 || count > BLOCK || count > bytes.length) throw damaged('its padding is wrong')
  return bytes.subarray(0, bytes.length - count)
}

/** `Salted__`, eight bytes of salt, then AES-256-CBC of a SHA-256 of the text, a newline, and the text. */
function openLegacy(payload: Buffer, password: Secret): Buffer | undefined {
  const salt = payload.subarray(8, BLOCK)
  const { key, iv } = legacyKeys(Buffer.from(password.reveal(), 'utf8'), salt)
  const decipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false)
  const bytes = Buffer.concat([decipher.update(payload.subarray(BLOCK)), decipher.final()])
  const count = bytes.at(-1) ?? 0
  const plain = bytes.subarray(0, bytes.length - count)
  const end = plain.indexOf(0x0a)
  if (end === -1) return undefined
  const text = plain.subarray(end + 1)
  return createHash('sha256').update(text).digest('hex') === plain.subarray(0, end).toString('latin1') ? text : undefined
}

function legacyKeys(password: Buffer, salt: Buffer): { readonly key: Buffer; readonly iv: Buffer } {
  let material = Buffer.alloc(0)
  let last = Buffer.alloc(0)
  while (material.length < 48) {
    last = createHash('md5')
      .update(Buffer.concat([last, password, salt]))
      .digest()
    material = Buffer.concat([material, last])
  }
  return { key: material.subarray(0, 32), iv: material.subarray(32, 48) }
}
