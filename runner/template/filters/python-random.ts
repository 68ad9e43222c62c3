import { createHash } from 'node:crypto'

const N = 624
const M = 397

/** Python's `random.Random(seed)`: the same Mersenne twister, so that a seed gives the same choice as ansible's. */
export class PythonRandom {
  readonly #state = new Uint32Array(N)
  #index = N

  constructor(seed: string | number) {
    this.#initByArray(typeof seed === 'number' ? words(BigInt(Math.abs(Math.trunc(seed)))) : words(textSeed(seed)))
  }

  /** A whole number from 0 up to but not including the limit. */
  below(limit: number): number {
    const bits = 32 - Math.clz32(limit)
    for (;;) {
      const value = this.#next() >>> (32 - bits)
      if (value < limit) return value
    }
  }

  #init(seed: number): void {
    this.#state[0] = seed
    for (let at = 1; at < N; at += 1) {
      const before = this.#at(at - 1)
      this.#state[at] = Math.imul(1812433253, before ^ (before >>> 30)) + at
    }
  }

  #initByArray(key: readonly number[]): void {
    this.#init(19650218)
    let i = 1
    let j = 0
    for (let k = Math.max(N, key.length); k > 0; k -= 1) {
      this.#state[i] = (this.#at(i) ^ Math.imul(this.#mixed(i), 1664525)) + (key[j] ?? 0) + j
      i = this.#advance(i)
      j = (j + 1) % key.length
    }
    for (let k = N - 1; k > 0; k -= 1) {
      this.#state[i] = (this.#at(i) ^ Math.imul(this.#mixed(i), 1566083941)) - i
      i = this.#advance(i)
    }
    this.#state[0] = 0x80000000
  }

  #mixed(i: number): number {
    const before = this.#at(i - 1)
    return before ^ (before >>> 30)
  }

  #advance(i: number): number {
    if (i + 1 < N) return i + 1
    this.#state[0] = this.#at(N - 1)
    return 1
  }

  #at(index: number): number {
    return this.#state[index] ?? 0
  }

  #twist(): void {
    for (let at = 0; at < N; at += 1) {
      const y = (this.#at(at) & 0x80000000) | (this.#at((at + 1) % N) & 0x7fffffff)
      this.#state[at] = this.#at((at + M) % N) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0)
    }
    this.#index = 0
  }

  #next(): number {
    if (this.#index >= N) this.#twist()
    let y = this.#at(this.#index)
    this.#index += 1
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return (y ^ (y >>> 18)) >>> 0
  }
}

/** Python's version 2 seeding of a text: its bytes followed by their SHA-512, as one big-endian integer. */
function textSeed(text: string): bigint {
  const bytes = Buffer.from(text, 'utf8')
  return BigInt(`0x${Buffer.concat([bytes, createHash('sha512').update(bytes).digest()]).toString('hex')}`)
}

function words(value: bigint): number[] {
  const out: number[] = []
  for (let rest = value; rest > 0n; rest >>= 32n) out.push(Number(rest & 0xffffffffn))
  return out.length === 0 ? [0] : out
}
