/** The part of nunjucks' parser that we build on; the package's published types stop at its rendering functions. */
declare module 'nunjucks/src/parser.js' {
  interface Token {
    readonly type: string
    readonly value: string
    readonly lineno: number
    readonly colno: number
  }

  class Parser<Statement> {
    constructor(tokens: { nextToken(): Token | null })
    breakOnBlocks: readonly string[] | null
    nextToken(withWhitespace?: boolean): Token | null
    peekToken(): Token | null
    pushToken(token: Token): void
    /** Takes the next token if it is of the type. */
    skip(type: string): boolean
    skipValue(type: string, value: string): boolean
    skipSymbol(name: string): boolean
    advanceAfterBlockEnd(name?: string): Token
    fail(message: string, lineno?: number, colno?: number, hint?: string): never
    parseNodes(): Statement[]
    /** Reads statements up to one of the named tags, which it leaves as the next token. */
    parseUntilBlocks(...names: string[]): { readonly children: Statement[] }
  }

  const nunjucksParser: { readonly Parser: typeof Parser }
  export default nunjucksParser
  export type { Parser, Token }
}
