/** Reads a stream of chunks by numbers of bytes. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>
  #held: Buffer = Buffer.alloc(0)
  #at = 0

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** Exactly so many bytes; fewer only where the stream ends. */
  async take(count: number): Promise<Buffer> {
    const pieces: Buffer[] = []
    await this.pass(count, (piece) => pieces.push(piece))
    return Buffer.concat(pieces)
  }

  /** Hands on so many bytes piece by piece; false where the stream ends before. */
  async pass(count: number, use: (piece: Buffer) => void = ignore): Promise<boolean> {
    for (let left = count; left > 0; ) {
      if (this.#at === this.#held.length && !(await this.#more())) return false
      const piece = this.#held.subarray(this.#at, this.#at + left)
      this.#at += piece.length
      left -= piece.length
      use(piece)
    }
    return true
  }

  async close(): Promise<void> {
    await this.#source.return?.()
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next()
    if (next.done === true) return false
    this.#held = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength)
    this.#at = 0
    return this.#held.length > 0 || this.#more()
  }
}

function ignore(): void {
  // bytes that nobody wants
}
