import type { Token } from 'nunjucks/src/parser.js'
import { didYouMean } from '../../base/did-you-mean.ts'
import type { Body, Expr, Param, Pos, Statement, Target } from './ast.ts'
import { ExpressionParser } from './expressions.ts'
import { type LexOptions, tokenize, tokenizeExpression } from './tokens.ts'

const TAGS = (
  'if elif else endif for endfor set endset macro endmacro call endcall filter endfilter with endwith include import from block ' +
  'endblock extends do break continue raw endraw'
).split(' ')

/** The statements of a template's text. Throws TemplateSyntaxError. */
export function parseTemplate(text: string, options: LexOptions): Body {
  return new TemplateParser(tokenize(text, options)).parseNodes()
}

/** A bare expression. Throws TemplateSyntaxError. */
export function parseBareExpression(text: string): Expr {
  return new ExpressionParser(tokenizeExpression(text)).parseWhole()
}

/** Jinja2's statements on the block structure of nunjucks' parser. */
class TemplateParser extends ExpressionParser {
  #loops = 0

  override parseNodes(): Statement[] {
    const out: Statement[] = []
    for (;;) {
      const token = this.take()
      if (token.type === 'eof') return this.#endOfText(out)
      if (token.type === 'data') out.push({ type: 'data', text: token.value })
      else if (token.type === 'variable-start') out.push(this.#output())
      else if (this.#atBreak()) return out
      else out.push(this.#statement())
    }
  }

  #endOfText(out: Statement[]): Statement[] {
    if (this.breakOnBlocks === null) return out
    return this.fail(`unexpected end of template, looking for: ${this.breakOnBlocks.map((name) => `'${name}'`).join(' or ')}`)
  }

  #atBreak(): boolean {
    const token = this.current()
    return token.type === 'symbol' && this.breakOnBlocks?.includes(token.value) === true
  }

  #output(): Statement {
    const at = this.at()
    const expr = this.parseTuple()
    this.#end('variable-end', "'}}'")
    return { type: 'output', at, expr }
  }

  #end(type: 'block-end' | 'variable-end', wanted: string): void {
    const token = this.take()
    if (token.type !== type) this.unexpected(token, wanted)
  }

  #statement(): Statement {
    const token = this.take()
    const at = this.at(token)
    if (token.type !== 'symbol') this.fail('tag name expected', token.lineno, token.colno)
    switch (token.value) {
      case 'if':
        return this.#if(at)
      case 'for':
        return this.#for(at)
      case 'set':
        return this.#set(at)
      case 'macro':
        return this.#macro(at)
      case 'call':
        return this.#call(at)
      case 'filter':
        return this.#filterBlock(at)
      case 'with':
        return this.#with(at)
      case 'include':
        return this.#include(at)
      case 'import':
        return this.#import(at)
      case 'from':
        return this.#from(at)
      case 'block':
        return this.#block(at)
      default:
        return this.#simple(token, at)
    }
  }

  #simple(token: Token, at: Pos): Statement {
    switch (token.value) {
      case 'extends':
      case 'do': {
        const expr = this.parseTuple()
        this.#blockEnd()
        return token.value === 'do' ? { type: 'do', at, expr } : { type: 'extends', at, template: expr }
      }
      case 'break':
      case 'continue':
        if (this.#loops === 0) this.fail(`'${token.value}' outside of a loop`, token.lineno, token.colno)
        this.#blockEnd()
        return { type: token.value, at }
      default:
        return this.fail(`Encountered unknown tag '${token.value}'.`, token.lineno, token.colno, didYouMean(token.value, TAGS))
    }
  }

  #blockEnd(): void {
    this.#end('block-end', "'%}'")
  }

  /** The statements up to one of the tags, which is taken together with its closing delimiter where it is the last one. */
  #body(end: string): Body {
    this.#blockEnd()
    const body = this.parseUntilBlocks(end).children
    this.take()
    if (this.current().type === 'symbol' && end === 'endblock') this.take()
    this.#blockEnd()
    return body
  }

  #if(at: Pos): Statement {
    const test = this.parseTuple()
    this.#blockEnd()
    const body = this.parseUntilBlocks('elif', 'else', 'endif').children
    const token = this.take()
    if (token.value === 'elif') return { type: 'if', at, test, body, otherwise: [this.#if(this.at(token))] }
    this.#blockEnd()
    return { type: 'if', at, test, body, otherwise: token.value === 'else' ? this.#rest('endif') : [] }
  }

  #rest(end: string): Body {
    const body = this.parseUntilBlocks(end).children
    this.take()
    this.#blockEnd()
    return body
  }

  #for(at: Pos): Statement {
    const target = this.#target()
    this.expectSymbol('in')
    const iterable = this.parseTuple('simple')
    const test = this.skipSymbol('if') ? this.parseExpression() : undefined
    const recursive = this.skipSymbol('recursive')
    this.#blockEnd()
    this.#loops += 1
    const body = this.parseUntilBlocks('else', 'endfor').children
    this.#loops -= 1
    const last = this.take()
    this.#blockEnd()
    return { type: 'for', at, target, iterable, test, recursive, body, otherwise: last.value === 'else' ? this.#rest('endfor') : [] }
  }

  #target(): Target {
    const at = this.at()
    const first = this.#targetPart()
    if (this.current().type !== 'comma') return first
    const targets = [first]
    while (this.skip('comma')) {
      if (this.isSymbol('in') || this.current().type === 'operator') break
      targets.push(this.#targetPart())
    }
    return { type: 'many', at, targets }
  }

  #targetPart(): Target {
    const at = this.at()
    if (this.skip('left-paren')) {
      const inner = this.#target()
      this.expectType('right-paren', "')'")
      return inner
    }
    const name = this.expectType('symbol', 'a name').value
    if (!this.skipValue('operator', '.')) return { type: 'name', at, name }
    return { type: 'field', at, name, field: this.expectType('symbol', 'a name').value }
  }

  #set(at: Pos): Statement {
    const target = this.#target()
    if (this.skipValue('operator', '=')) {
      const value = this.parseTuple()
      this.#blockEnd()
      return { type: 'set', at, target, value }
    }
    const filter = this.skip('pipe') ? this.parseFilterChain() : undefined
    return { type: 'capture', at, target, filter, body: this.#body('endset') }
  }

  #params(): Param[] {
    const params: Param[] = []
    this.expectType('left-paren', "'('")
    while (this.current().type !== 'right-paren') {
      const name = this.expectType('symbol', 'a name').value
      params.push({ name, fallback: this.skipValue('operator', '=') ? this.parseExpression() : undefined })
      if (this.current().type !== 'right-paren' && !this.skip('comma')) this.unexpected(this.current(), "','")
    }
    this.take()
    return params
  }

  #macro(at: Pos): Statement {
    const name = this.expectType('symbol', 'a name').value
    const params = this.#params()
    return { type: 'macro', at, name, params, body: this.#body('endmacro') }
  }

  #call(at: Pos): Statement {
    const params = this.current().type === 'left-paren' ? this.#params() : []
    const call = this.parseExpression()
    if (call.type !== 'call') this.fail('expected call', at.line - 1, at.col - 1)
    return { type: 'call-block', at, params, call, body: this.#body('endcall') }
  }

  #filterBlock(at: Pos): Statement {
    const filter = this.parseFilterChain()
    return { type: 'filter-block', at, filter, body: this.#body('endfilter') }
  }

  #with(at: Pos): Statement {
    const bindings: (readonly [Target, Expr])[] = []
    while (this.current().type !== 'block-end') {
      if (bindings.length > 0 && !this.skip('comma')) this.unexpected(this.current(), "','")
      const target = this.#targetPart()
      if (!this.skipValue('operator', '=')) this.unexpected(this.current(), "'='")
      bindings.push([target, this.parseExpression()])
    }
    return { type: 'with', at, bindings, body: this.#body('endwith') }
  }

  #context(fallback: boolean): boolean {
    if (!this.isSymbol('with') && !this.isSymbol('without')) return fallback
    const wanted = this.take().value === 'with'
    this.expectSymbol('context')
    return wanted
  }

  #include(at: Pos): Statement {
    const template = this.parseExpression()
    const ignoreMissing = this.skipSymbol('ignore')
    if (ignoreMissing) this.expectSymbol('missing')
    const withContext = this.#context(true)
    this.#blockEnd()
    return { type: 'include', at, template, ignoreMissing, withContext }
  }

  #import(at: Pos): Statement {
    const template = this.parseExpression()
    this.expectSymbol('as')
    const as = this.expectType('symbol', 'a name').value
    const withContext = this.#context(false)
    this.#blockEnd()
    return { type: 'import', at, template, as, withContext }
  }

  #from(at: Pos): Statement {
    const template = this.parseExpression()
    this.expectSymbol('import')
    const names: (readonly [string, string])[] = []
    do {
      if (this.current().type === 'block-end') break
      const name = this.expectType('symbol', 'a name').value
      names.push([name, this.skipSymbol('as') ? this.expectType('symbol', 'a name').value : name])
    } while (this.skip('comma') && !this.isSymbol('with') && !this.isSymbol('without'))
    const withContext = this.#context(false)
    this.#blockEnd()
    return { type: 'from', at, template, names, withContext }
  }

  #block(at: Pos): Statement {
    const name = this.expectType('symbol', 'a name').value
    while (this.isSymbol('scoped') || this.isSymbol('required')) this.take()
    return { type: 'block', at, name, body: this.#body('endblock') }
  }
}
