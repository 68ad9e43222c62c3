/** Keeps the first bytes of a stream up to a bound, and passes every byte on as it comes. */
export class OutputKeeper {
  truncated = false
  readonly #name: 'stdout' | 'stderr'
  readonly #onOutput: ((stream: 'stdout' | 'stderr', chunk: Buffer) => void) | undefined
  readonly #chunks: Buffer[] = []
  #room: number

  constructor(name: 'stdout' | 'stderr', max: number, onOutput?: (stream: 'stdout' | 'stderr', chunk: Buffer) => void) {
    this.#name = name
    this.#room = max
    this.#onOutput = onOutput
  }

  add(chunk: Buffer): void {
    this.#onOutput?.(this.#name, chunk)
    if (chunk.length > this.#room) this.truncated = true
    const kept = this.truncated ? chunk.subarray(0, this.#room) : chunk
    this.#room -= kept.length
    if (kept.length > 0) this.#chunks.push(kept)
  }

  take(): Buffer {
    const [first] = this.#chunks
    return this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks)
  }
}
