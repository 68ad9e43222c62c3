import type { Token } from 'nunjucks/src/parser.js'
import { unescapeString } from './string-escape.ts'
import { TemplateSyntaxError } from './tokens.ts'

const NUMBER = /(?:0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|(?:0(?:_?0)*|[1-9](?:_?\d)*))/y
const FLOAT = /\d+(?:_\d+)*(?:\.\d+(?:_\d+)*(?:[eE][+-]?\d+)?|[eE][+-]?\d+)/y
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy
const STRING = /'(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*"/y
const OPERATOR = /\/\/|\*\*|[!=<>]=|[-+*/%<>=.;!]/y
const PUNCTUATION: Readonly<Record<string, string>> = {
  '(': 'left-paren',
  ')': 'right-paren',
  '[': 'left-bracket',
  ']': 'right-bracket',
  '{': 'left-curly',
  '}': 'right-curly',
  ',': 'comma',
  ':': 'colon',
  '~': 'tilde',
  '|': 'pipe',
}
const CLOSER: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

/** Reads the inside of a tag, or a bare expression. */
export class CodeLexer {
  readonly #text: string
  readonly #lineStarts: readonly number[]
  readonly #escapes: boolean
  index: number
  /** The `-` or `+` in front of the delimiter that ended the last tag. */
  sign: string | undefined

  constructor(text: string, index: number, escapes: boolean) {
    this.#text = text
    this.#escapes = escapes
    this.#lineStarts = lineStarts(text)
    this.index = index
  }

  seek(index: number): void {
    this.index = index
  }

  token(type: string, value: string, index: number): Token {
    const { line, col } = this.#position(index)
    return { type, value, lineno: line - 1, colno: col - 1 }
  }

  error(message: string, index: number): TemplateSyntaxError {
    const { line, col } = this.#position(index)
    return new TemplateSyntaxError(message, line, col)
  }

  /** Tokens up to the closing delimiter, which is taken too, or up to the end of the text where there is none. */
  until(close: string | undefined): Token[] {
    const start = this.index
    const tokens: Token[] = []
    const open: string[] = []
    for (;;) {
      this.#blanks()
      if (close !== undefined && open.length === 0 && this.#closes(close)) return tokens
      if (this.index >= this.#text.length) break
      const token = this.#next()
      this.#balance(token, open)
      tokens.push(token)
    }
    if (close !== undefined) throw this.error(`unexpected end of template, expected '${close}'`, start)
    if (open.length > 0) throw this.error(`unexpected end of template, expected '${CLOSER[open.at(-1) ?? ''] ?? ''}'.`, this.index)
    return tokens
  }

  #closes(close: string): boolean {
    const at = this.#text[this.index]
    const signed = (at === '-' || at === '+') && this.#text.startsWith(close, this.index + 1)
    if (!signed && !this.#text.startsWith(close, this.index)) return false
    this.sign = signed ? at : undefined
    this.index += close.length + (signed ? 1 : 0)
    return true
  }

  #balance(token: Token, open: string[]): void {
    if (token.type.startsWith('left-')) open.push(token.value)
    else if (token.type.startsWith('right-')) {
      const last = open.pop()
      if (last === undefined) throw this.error(`unexpected '${token.value}'`, this.index - 1)
      const wanted = CLOSER[last]
      if (wanted !== token.value) throw this.error(`unexpected '${token.value}', expected '${wanted ?? ''}'`, this.index - 1)
    }
  }

  #next(): Token {
    const start = this.index
    const char = this.#text[start] ?? ''
    const float = this.#text[start - 1] === '.' ? undefined : this.#match(FLOAT)
    if (float !== undefined) return this.token('float', float.replaceAll('_', ''), start)
    const int = this.#match(NUMBER)
    if (int !== undefined) return this.token('int', int.replaceAll('_', ''), start)
    const name = this.#match(NAME)
    if (name !== undefined) return this.token('symbol', name, start)
    const string = this.#match(STRING)
    if (string !== undefined) return this.token('string', this.#escapes ? unescapeString(string.slice(1, -1)) : string.slice(1, -1), start)
    const type = PUNCTUATION[char]
    if (type !== undefined) {
      this.index += 1
      return this.token(type, char, start)
    }
    const operator = this.#match(OPERATOR)
    if (operator !== undefined) return this.token('operator', operator, start)
    throw this.error(`unexpected char ${JSON.stringify(char).replaceAll('"', "'")} at ${String(start)}`, start)
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.index
    const match = pattern.exec(this.#text)
    if (match === null) return undefined
    this.index = pattern.lastIndex
    return match[0]
  }

  #blanks(): void {
    while (this.index < this.#text.length && /\s/.test(this.#text[this.index] ?? '')) this.index += 1
  }

  #position(index: number): { readonly line: number; readonly col: number } {
    let low = 0
    let high = this.#lineStarts.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.#lineStarts[middle] ?? 0) <= index) low = middle
      else high = middle - 1
    }
    return { line: low + 1, col: index - (this.#lineStarts[low] ?? 0) + 1 }
  }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}
