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

  override fail(message: string, lineno?: number, colno?: number): never {
    const token = this.current()
    throw new TemplateSyntaxError(message, (lineno ?? token.lineno) + 1, (colno ?? token.colno) + 1)
  }

  unexpected(token: Token, wanted?: string): never {
    const end = token.type === 'eof' || token.type.endsWith('-end')
    const found = end ? 'unexpected end of expression' : `unexpected '${token.value}'`
    return this.fail(wanted === undefined ? found : `${found}, expected ${wanted}`, token.lineno, token.colno)
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
