import { RunnerError } from '../base/error.ts'
import type { Source } from '../base/source.ts'

export interface ShellWord {
  /** Quotes and backslashes resolved. */
  readonly text: string
  readonly offset: number
}

/** A line as POSIX shell words; an unquoted `#` ends it. */
export function shellWords(line: string, source: Source): readonly ShellWord[] {
  const words: ShellWord[] = []
  let at = 0
  while (at < line.length && line.charAt(at) !== '#') {
    if (/\s/.test(line.charAt(at))) at++
    else {
      const { text, end } = readWord(line, at, source)
      words.push({ text, offset: at })
      at = end
    }
  }
  return words
}

function readWord(line: string, start: number, source: Source): { readonly text: string; readonly end: number } {
  let text = ''
  let at = start
  while (at < line.length && !/[\s#]/.test(line.charAt(at))) {
    const char = line.charAt(at)
    if (char === '"' || char === "'") {
      const close = closing(line, at, char)
      if (close < 0)
        throw new RunnerError('inventory', 'a quote is not closed on this line', { source: { ...source, col: source.col + at } })
      const inside = line.slice(at + 1, close)
      text += char === '"' ? inside.replace(/\\(["\\])/g, '$1') : inside
      at = close + 1
    } else if (char === '\\') {
      text += line.charAt(at + 1)
      at += 2
    } else {
      text += char
      at++
    }
  }
  return { text, end: at }
}

function closing(line: string, open: number, quote: string): number {
  for (let at = open + 1; at < line.length; at++) {
    if (quote === '"' && line.charAt(at) === '\\') at++
    else if (line.charAt(at) === quote) return at
  }
  return -1
}
