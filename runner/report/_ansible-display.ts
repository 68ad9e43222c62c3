import type { Mask, Sink } from './reporter.ts'

/** What ansible's settings call its colours by default. */
const COLOURS = {
  changed: '0;33',
  debug: '1;30',
  deprecate: '0;35',
  diffAdd: '0;32',
  diffLines: '0;36',
  diffRemove: '0;31',
  error: '0;31',
  included: '0;36',
  ok: '0;32',
  skip: '0;36',
  unreachable: '1;31',
  verbose: '0;34',
  warn: '1;35',
} as const

export type AnsibleColour = keyof typeof COLOURS

export interface DisplayOptions {
  readonly out: Sink
  readonly err: Sink
  readonly colours: boolean
  readonly mask: Mask
}

interface How {
  readonly colour?: AnsibleColour | undefined
  readonly stream?: 'stdout' | 'stderr' | undefined
}

/** Writes as ansible's `Display` does: banners, texts in colour line by line, each warning and error once a run. */
export class AnsibleDisplay {
  readonly #options: DisplayOptions
  readonly #told = new Set<string>()

  constructor(options: DisplayOptions) {
    this.#options = options
  }

  /** A text and the end of its line; one that ends a line itself gets none. */
  show(text: string, { colour, stream = 'stdout' }: How = {}): void {
    const bare = text.replaceAll('\r\n', '\n').replace(/\n$/, '')
    const { out, err, mask } = this.#options
    const sink = stream === 'stdout' ? out : err
    sink.write(`${this.paint(mask(bare), colour)}\n`)
  }

  /** The text, stars up to the width of the terminal (79 where there is none), an empty line before. */
  banner(text: string): void {
    const { out } = this.#options
    const columns = Math.max(79, out.isTTY === true && out.columns !== undefined ? out.columns - 1 : 0)
    const bare = this.#options.mask(text.trim())
    this.show(`\n${bare} ${'*'.repeat(Math.max(3, columns - textWidth(bare)))}`)
  }

  /** A warning or an error, if it was not told before. */
  once(text: string, how: How): void {
    if (this.#told.has(text)) return
    this.#told.add(text)
    this.show(text, how)
  }

  paint(text: string, colour: AnsibleColour | undefined): string {
    if (colour === undefined || !this.#options.colours) return text
    return text
      .split('\n')
      .map((line) => `\u001b[${COLOURS[colour]}m${line}\u001b[0m`)
      .join('\n')
  }

  get colours(): boolean {
    return this.#options.colours
  }
}

const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u

/** Columns that a text takes on a terminal. */
export function textWidth(text: string): number {
  let width = 0
  for (const char of text) width += NO_WIDTH.test(char) ? 0 : WIDE.test(char) ? 2 : 1
  return width
}
