import nunjucksParser, { type Token } from 'nunjucks/src/parser.js'
import type { Pos, Statement } from './ast.ts'
import { TemplateSyntaxError } from './tokens.ts'

/** nunjucks' parser over our tokens, with errors that carry their place. */
export class TokenCursor extends nunjucksParser.Parser<Statement> {
  constructor(tokens: readonly Token[]) {
    let index = 0
    super({ nextToken: () => tokens[index++] ?? null })
  }

  current(): Token {
    return this.peekToken() ?? { type: 'eof', value: '', lineno: 0, colno: 0 }
  }

  take(): Token {
    const token = this.current()
    this.nextToken()
    return token
  }

  at(token = this.current()): Pos {
    return { line: token.lineno + 1, col: token.colno + 1 }
  }

  override fail(message: string, lineno?: number, colno?: number, hint?: string): never {
    const token = this.current()
    throw new TemplateSyntaxError(message, (lineno ?? token.lineno) + 1, (colno ?? token.colno) + 1, hint)
  }

  unexpected(token: Token, wanted?: string): never {
    const name = ENDS[token.type]
    const found = `'${name ?? token.value}'`
    const message =
      wanted !== undefined
        ? `expected token ${wanted}, got ${found}`
        : name === undefined
          ? `unexpected ${found}`
          : `Expected an expression, got ${found}`
    return this.fail(message, token.lineno, token.colno, token.value === '=' ? 'two values are compared with ==' : undefined)
  }

  isSymbol(name: string): boolean {
    const token = this.current()
    return token.type === 'symbol' && token.value === name
  }

  expectType(type: string, wanted: string): Token {
    const token = this.take()
    return token.type === type ? token : this.unexpected(token, wanted)
  }

  expectSymbol(name: string): void {
    if (!this.skipSymbol(name)) this.unexpected(this.current(), `'${name}'`)
  }
}

/** What the end of a thing is called. */
const ENDS: Readonly<Record<string, string>> = {
  eof: 'end of template',
  'block-end': 'end of statement block',
  'variable-end': 'end of print statement',
}
