/** An end of waiting that moves on with each sign of life. */
export class Deadline {
  readonly reason: string
  readonly #milliseconds: number
  readonly #controller = new AbortController()
  #timer: NodeJS.Timeout

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds
    this.reason = `ETIMEDOUT: no answer in ${String(milliseconds / 1000)} s`
    this.#timer = this.#start()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** The same pieces. Only the wait for the next one counts, not how long the reader takes over one. */
  async *extended(pieces: AsyncIterable<Buffer>): AsyncIterable<Uint8Array> {
    for await (const piece of pieces) {
      this.end()
      yield piece
      this.#timer = this.#start()
    }
  }

  end(): void {
    clearTimeout(this.#timer)
  }

  #start(): NodeJS.Timeout {
    return setTimeout(() => {
      this.#controller.abort()
    }, this.#milliseconds)
  }
}
