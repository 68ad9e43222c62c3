import { RunnerError } from '../base/error.ts'
import type { Source } from '../base/source.ts'

/** A word of a `k=v` text. */
export interface Word {
  /** As written, quotes included. */
  readonly text: string
  /** Where the word begins in the text. */
  readonly offset: number
  /** The part before the first unescaped `=`; undefined where there is none. */
  readonly key: string | undefined
  /** The part after it without its outer quotes; the whole word without quotes where there is no `=`. */
  readonly value: string
  readonly valueOffset: number
}

/**
 * Splits a text at blanks, keeping quoted parts and templates whole, as `module: k=v k2="a b" k3={{ x + 1 }}` needs it.
 * @throws RunnerError `syntax` where quotes or braces are not balanced
 */
export function splitWords(text: string, source: Source): readonly Word[] {
  const words: Word[] = []
  let at = 0
  while (at < text.length) {
    if (/\s/.test(text.charAt(at)) || text.startsWith('\\\n', at)) at++
    else {
      const end = wordEnd(text, at, source)
      words.push(makeWord(text.slice(at, end), at))
      at = end
    }
  }
  return words
}

/** The place of an offset in a text that begins at `start`. */
export function offsetSource(start: Source, text: string, offset: number): Source {
  const before = text.slice(0, offset)
  const lines = before.split('\n').length - 1
  const col = start.col + offset - (lines === 0 ? 0 : before.lastIndexOf('\n') + 1)
  return { file: start.file, line: start.line + lines, col }
}

/** A text without its outer quotes, backslashes before quotes resolved inside them. */
export function unquote(text: string): string {
  const quote = text.charAt(0)
  if (text.length < 2 || (quote !== '"' && quote !== "'") || !text.endsWith(quote) || text.endsWith(`\\${quote}`)) return text
  return text.slice(1, -1).replaceAll(`\\${quote}`, quote)
}

const ESCAPE = /\\(?:U([0-9a-fA-F]{8})|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-7]{1,3})|([\\'"abfnrtv]))/g
const LETTERS: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/** Backslashes as Python has them in its texts. */
function decodeEscapes(text: string): string {
  return text.replace(ESCAPE, (...groups: (string | undefined)[]) => {
    const [, long, short, byte, octal, letter = ''] = groups
    const hex = long ?? short ?? byte
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
    return octal === undefined ? (LETTERS[letter] ?? letter) : String.fromCodePoint(Number.parseInt(octal, 8))
  })
}

const OPENERS: Readonly<Record<string, string>> = { '{{': '}}', '{%': '%}', '{#': '#}' }

function wordEnd(text: string, start: number, source: Source): number {
  let quote = ''
  let closer = ''
  let opened = start
  for (let at = start; at < text.length; at++) {
    const char = text.charAt(at)
    if (closer !== '') {
      if (text.startsWith(closer, at)) {
        closer = ''
        at++
      }
    } else if (char === '\\' && quote !== "'") at++
    else if (OPENERS[text.slice(at, at + 2)] !== undefined) {
      closer = OPENERS[text.slice(at, at + 2)] ?? ''
      opened = at++
    } else if (quote !== '') {
      if (char === quote) quote = ''
    } else if (char === '"' || char === "'") {
      quote = char
      opened = at
    } else if (/\s/.test(char)) return at
  }
  if (quote === '' && closer === '') return text.length
  const what = closer === '' ? 'a quote' : 'a template'
  throw new RunnerError('syntax', `${what} is not closed in these arguments`, {
    source: offsetSource(source, text, opened),
    hint: 'write the arguments as a mapping, one on a line',
  })
}

function makeWord(text: string, offset: number): Word {
  const equals = findEquals(text)
  if (equals < 0) return { text, offset, key: undefined, value: unquote(text), valueOffset: offset }
  const raw = text.slice(equals + 1)
  const value = decodeEscapes(unquote(raw))
  const skipped = value === raw ? 0 : 1
  return { text, offset, key: text.slice(0, equals), value: value.replaceAll('\\=', '='), valueOffset: offset + equals + 1 + skipped }
}

/** An `=` inside a quoted or templated word's beginning is no assignment. */
function findEquals(text: string): number {
  if (/^["'{]/.test(text)) return -1
  for (let at = 0; at < text.length; at++) {
    if (text.charAt(at) === '\\') at++
    else if (text.charAt(at) === '=') return at
  }
  return -1
}
