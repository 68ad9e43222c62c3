import type { Token } from 'nunjucks/src/parser.js'
import { escapeRegExp } from '../../base/regexp.ts'
import { CodeLexer } from './code-lexer.ts'

export interface Delimiters {
  readonly blockStart: string
  readonly blockEnd: string
  readonly variableStart: string
  readonly variableEnd: string
  readonly commentStart: string
  readonly commentEnd: string
}

export const DELIMITERS: Delimiters = {
  blockStart: '{%',
  blockEnd: '%}',
  variableStart: '{{',
  variableEnd: '}}',
  commentStart: '{#',
  commentEnd: '#}',
}

export interface LexOptions {
  readonly delimiters: Delimiters
  readonly trimBlocks: boolean
  readonly lstripBlocks: boolean
  /** Whether `\n` in a text of an expression is a newline; ansible reads it as it stands in values, not in files and conditionals. */
  readonly escapes: boolean
}

/** Text that does not lex or parse; `line` and `col` count from 1 inside the template. */
export class TemplateSyntaxError extends Error {
  readonly line: number
  readonly col: number
  readonly hint: string | undefined

  constructor(message: string, line: number, col: number, hint?: string) {
    super(message)
    this.line = line
    this.col = col
    this.hint = hint
  }
}

/**
 * The tokens of a whole template, in the token types of nunjucks' parser. Lexed here because nunjucks' own lexer ends `{{` at the
 * first `}}` of a nested dict, reads `r/` as a regular expression, refuses `#}` in plain text and knows no `1e3`, `\x41` or `+%}`.
 */
export function tokenize(text: string, options: LexOptions): Token[] {
  return new TemplateLexer(text, options).run()
}

/** The tokens of a bare expression. */
export function tokenizeExpression(text: string): Token[] {
  const lexer = new CodeLexer(text, 0, true)
  const tokens = lexer.until(undefined)
  return [...tokens, lexer.token('eof', '', text.length)]
}

type TagKind = 'block' | 'variable' | 'comment'

class TemplateLexer {
  readonly #text: string
  readonly #options: LexOptions
  readonly #tags: readonly (readonly [TagKind, string])[]
  readonly #code: CodeLexer
  readonly #tokens: Token[] = []
  #index = 0
  /** What the tag before asks of the text that follows. */
  #after: 'keep' | 'strip' | 'newline' = 'keep'

  constructor(text: string, options: LexOptions) {
    const { blockStart, variableStart, commentStart } = options.delimiters
    this.#text = text
    this.#options = options
    this.#code = new CodeLexer(text, 0, options.escapes)
    const tags: (readonly [TagKind, string])[] = [
      ['block', blockStart],
      ['variable', variableStart],
      ['comment', commentStart],
    ]
    this.#tags = tags.sort((a, b) => b[1].length - a[1].length)
  }

  run(): Token[] {
    while (this.#index < this.#text.length) {
      const tag = this.#nextTag()
      if (tag === undefined) {
        this.#data(this.#text.slice(this.#index), this.#index)
        break
      }
      this.#tag(tag.kind, tag.at, tag.open)
    }
    this.#tokens.push(this.#code.token('eof', '', this.#text.length))
    return this.#tokens
  }

  #nextTag(): { readonly kind: TagKind; readonly at: number; readonly open: string } | undefined {
    let best: { readonly kind: TagKind; readonly at: number; readonly open: string } | undefined
    for (const [kind, open] of this.#tags) {
      const at = this.#text.indexOf(open, this.#index)
      if (at >= 0 && (best === undefined || at < best.at)) best = { kind, at, open }
    }
    return best
  }

  #tag(kind: TagKind, at: number, open: string): void {
    const sign = this.#text[at + open.length]
    const before = this.#text.slice(this.#index, at)
    this.#data(this.#textBefore(before, kind, sign), this.#index)
    const inside = at + open.length + (sign === '-' || sign === '+' ? 1 : 0)
    if (kind === 'comment') this.#comment(at, inside)
    else this.#codeTag(kind, at, open, inside)
  }

  #textBefore(text: string, kind: TagKind, sign: string | undefined): string {
    const kept = this.#trimStart(text)
    this.#after = 'keep'
    if (sign === '-') return kept.trimEnd()
    if (!this.#options.lstripBlocks || kind === 'variable' || sign === '+') return kept
    const lineStart = kept.lastIndexOf('\n') + 1
    const atLineStart = lineStart > 0 || this.#index === 0 || this.#text[this.#index - 1] === '\n' || kept !== text
    return atLineStart && kept.slice(lineStart).trim() === '' ? kept.slice(0, lineStart) : kept
  }

  #trimStart(text: string): string {
    if (this.#after === 'strip') return text.trimStart()
    if (this.#after === 'newline' && text.startsWith('\n')) return text.slice(1)
    return text
  }

  #data(text: string, at: number): void {
    const kept = this.#trimStart(text)
    this.#after = 'keep'
    if (kept !== '') this.#tokens.push(this.#code.token('data', kept, at))
  }

  #comment(at: number, inside: number): void {
    const close = this.#options.delimiters.commentEnd
    const end = this.#text.indexOf(close, inside)
    if (end < 0) throw this.#code.error('Missing end of comment tag', at)
    const sign = end > inside - 1 ? this.#text[end - 1] : undefined
    this.#closed(sign, 'comment', end + close.length)
  }

  #closed(sign: string | undefined, kind: TagKind, index: number): void {
    this.#index = index
    if (sign === '-') this.#after = 'strip'
    else this.#after = kind !== 'variable' && this.#options.trimBlocks && sign !== '+' ? 'newline' : 'keep'
  }

  #codeTag(kind: 'block' | 'variable', at: number, open: string, inside: number): void {
    const { blockEnd, variableEnd } = this.#options.delimiters
    const close = kind === 'block' ? blockEnd : variableEnd
    this.#code.seek(inside)
    const tokens = this.#code.until(close)
    const end = this.#code.index
    const sign = this.#code.sign
    if (kind === 'block' && tokens.length === 1 && tokens[0]?.value === 'raw') {
      this.#closed(sign, kind, end)
      this.#raw(at)
      return
    }
    this.#tokens.push(this.#code.token(`${kind}-start`, open, at), ...tokens, this.#code.token(`${kind}-end`, close, end - close.length))
    this.#closed(sign, kind, end)
  }

  #raw(at: number): void {
    const { blockStart, blockEnd } = this.#options.delimiters
    const pattern = new RegExp(`${escapeRegExp(blockStart)}([-+]?)\\s*endraw\\s*([-+]?)${escapeRegExp(blockEnd)}`, 'g')
    pattern.lastIndex = this.#index
    const match = pattern.exec(this.#text)
    if (match === null) throw this.#code.error('Missing end of raw directive', at)
    this.#data(this.#textBefore(this.#text.slice(this.#index, match.index), 'block', match[1]), this.#index)
    this.#closed(match[2], 'block', pattern.lastIndex)
  }
}
