import { randomBytes } from 'node:crypto'
import { quote } from '../base/quote.ts'

/** What a stream of a standing shell carries: frames between two marks; bytes outside of frames are strays of earlier commands. */
export interface FrameSink {
  begin(id: number): void
  data(chunk: Buffer): void
  end(id: number, rc: number): void
  stray(chunk: Buffer): void
}

/** The start of every mark: a control byte, which makes searching cheap, and 128 random bits, which no output can contain by chance. */
export interface FrameMark {
  readonly bytes: Buffer
  readonly printf: string
}

export function frameMark(): FrameMark {
  const nonce = randomBytes(16).toString('hex')
  return { bytes: Buffer.from(`\u0001${nonce}`, 'latin1'), printf: `\\001${nonce}` }
}

/**
 * One request as shell text on one logical line: `eval` keeps a script with an open quote from swallowing what follows. A
 * syntax error ends the shell; `command eval` would not, but under it busybox lets a failed subshell go on as a second shell.
 */
export function frameText(mark: FrameMark, id: number, script: string): string {
  return `eval ${whole(mark, id, script)} </dev/null; ${closing(mark, id)}\n`
}

/** A last request whose script reads the channel's own stdin. The shell never reads that stdin again, so it cannot take content for commands. */
export function lastFrameText(mark: FrameMark, id: number, script: string): string {
  return `eval ${whole(mark, id, script)}; ${closing(mark, id)}; exit 0\n`
}

/** In braces a script is parsed to its end before any of it runs: where no opening mark was seen, nothing has run. */
function whole(mark: FrameMark, id: number, script: string): string {
  const opening = `printf "${mark.printf}B${String(id)} 0\\n"`
  return quote(`{ ${opening}; ${opening} >&2\n${script}\n}`)
}

function closing(mark: FrameMark, id: number): string {
  return `sr__rc=$?; printf '${mark.printf}E${String(id)} %s\\n' $sr__rc; printf '${mark.printf}E${String(id)} 0\\n' >&2`
}

/** What a program said, for a person: the marks of frames that were cut off say nothing. */
export function withoutMarks(text: string): string {
  return text.replaceAll(MARKS, '')
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: a mark begins with one
const MARKS = /\u0001[0-9a-f]{32}[BE]\d+ \d+\n?/g

const LINE_FEED = 10
const LONGEST_HEADER = 32

/** Cuts one byte stream into frames; binary-safe, and it copies nothing but a mark that arrives in pieces. */
export class FrameReader {
  readonly #mark: Buffer
  readonly #sink: FrameSink
  #inside = false
  #carry: Buffer | undefined

  constructor(mark: FrameMark, sink: FrameSink) {
    this.#mark = mark.bytes
    this.#sink = sink
  }

  push(chunk: Buffer): void {
    const bytes = this.#carry === undefined ? chunk : Buffer.concat([this.#carry, chunk])
    this.#carry = undefined
    let from = 0
    while (from < bytes.length) {
      const at = bytes.indexOf(this.#mark, from)
      if (at < 0) {
        this.#rest(bytes, from)
        return
      }
      this.#give(bytes, from, at)
      const end = bytes.indexOf(LINE_FEED, at + this.#mark.length)
      if (end < 0 && bytes.length - at <= this.#mark.length + LONGEST_HEADER) {
        this.#carry = Buffer.from(bytes.subarray(at))
        return
      }
      this.#header(bytes.toString('latin1', at + this.#mark.length, end < 0 ? bytes.length : end))
      from = end < 0 ? bytes.length : end + 1
    }
  }

  #header(text: string): void {
    const space = text.indexOf(' ')
    const id = Number(text.slice(1, space))
    this.#inside = text.startsWith('B')
    if (this.#inside) this.#sink.begin(id)
    else this.#sink.end(id, Number(text.slice(space + 1)))
  }

  #rest(bytes: Buffer, from: number): void {
    const to = this.#partialMark(bytes, from)
    this.#give(bytes, from, to)
    if (to < bytes.length) this.#carry = Buffer.from(bytes.subarray(to))
  }

  /** Where a mark may have begun whose other half is still to come. */
  #partialMark(bytes: Buffer, from: number): number {
    let at = bytes.indexOf(1, Math.max(from, bytes.length - this.#mark.length + 1))
    while (at >= 0) {
      const tail = bytes.length - at
      if (bytes.compare(this.#mark, 0, tail, at, bytes.length) === 0) return at
      at = bytes.indexOf(1, at + 1)
    }
    return bytes.length
  }

  #give(bytes: Buffer, from: number, to: number): void {
    if (to <= from) return
    const chunk = bytes.subarray(from, to)
    if (this.#inside) this.#sink.data(chunk)
    else this.#sink.stray(chunk)
  }
}
