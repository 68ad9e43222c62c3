import { stripVTControlCharacters } from 'node:util'
import { colourPaint, type Paint, plainPaint } from './_style.ts'
import type { Mask, Sink } from './reporter.ts'

export interface ScreenOptions {
  readonly out: Sink
  readonly err: Sink
  readonly colours: boolean
  /** A status line may be drawn and taken away again. */
  readonly live: boolean
  readonly mask: Mask
}

const ERASE_LINE = '\r\u001b[2K'

/** Lines of text, and on a terminal one status line below them that every new line pushes down. */
export class Screen {
  readonly live: boolean
  readonly paint: Paint
  readonly #options: ScreenOptions
  #status = ''

  constructor(options: ScreenOptions) {
    this.#options = options
    this.live = options.live
    this.paint = options.colours ? colourPaint : plainPaint
  }

  get columns(): number {
    return this.#options.out.columns ?? 100
  }

  /** Writes whole lines of output. */
  print(lines: readonly string[]): void {
    if (lines.length > 0) this.#write(this.#options.out, lines)
  }

  /** Writes warnings and errors. */
  note(lines: readonly string[]): void {
    this.#write(this.#options.err, lines)
  }

  /** Draws the status line; an empty text takes it away. */
  status(text: string): void {
    if (!this.live) return
    const shown = this.#options.mask(fit(text, this.columns - 1))
    if (shown === this.#status) return
    this.#options.out.write(ERASE_LINE + shown)
    this.#status = shown
  }

  #write(sink: Sink, lines: readonly string[]): void {
    if (this.#status !== '') this.#options.out.write(ERASE_LINE)
    sink.write(`${this.#options.mask(lines.join('\n'))}\n`)
    if (this.#status !== '') this.#options.out.write(this.#status)
  }
}

/** Text cut to the terminal's width, or the status line would wrap and could not be erased. Colours are lost by a cut. */
function fit(text: string, width: number): string {
  const bare = stripVTControlCharacters(text)
  return bare.length <= width ? text : `${bare.slice(0, Math.max(0, width - 1))}…`
}
