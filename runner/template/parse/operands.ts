import type { Token } from 'nunjucks/src/parser.js'
import { Float } from '../../base/value.ts'
import type { CallArgs, Expr, FilterExpr, Pos } from './ast.ts'
import { TokenCursor } from './cursor.ts'
import { CONSTANTS, NO_TEST_ARGUMENT, TEST_ARGUMENT } from './words.ts'

/** What operators join: literals, names and groups with their signs, members, calls, filters and tests. */
export abstract class OperandParser extends TokenCursor {
  /** An operand may hold whole expressions: in brackets, as an argument or an index. */
  abstract parseExpression(): Expr

  abstract parseTuple(): Expr

  parseOperand(): Expr {
    return this.#parseUnary('filters')
  }

  parseFilter(input: Expr | undefined): FilterExpr {
    const token = this.current()
    const name = this.#dottedName()
    const args = this.current().type === 'left-paren' ? this.parseArgs() : NO_ARGS
    return { type: 'filter', at: this.at(token), input, name, args }
  }

  /** Filters as `{% filter a | b(1) %}` chains them. */
  parseFilterChain(): FilterExpr {
    let filter = this.parseFilter(undefined)
    while (this.skip('pipe')) filter = this.parseFilter(filter)
    return filter
  }

  parseArgs(): CallArgs {
    this.expectType('left-paren', "'('")
    const positional: Expr[] = []
    const named: (readonly [string, Expr])[] = []
    let star: Expr | undefined
    let starStar: Expr | undefined
    while (this.current().type !== 'right-paren') {
      if (this.skipValue('operator', '**')) starStar = this.parseExpression()
      else if (this.skipValue('operator', '*')) star = this.parseExpression()
      else this.#parseArgument(positional, named)
      if (this.current().type !== 'right-paren' && !this.skip('comma')) this.unexpected(this.current(), "','")
    }
    this.take()
    return { positional, named, star, starStar }
  }

  #parseArgument(positional: Expr[], named: (readonly [string, Expr])[]): void {
    const expr = this.parseExpression()
    if (expr.type === 'name' && this.skipValue('operator', '=')) {
      named.push([expr.name, this.parseExpression()])
      return
    }
    if (named.length > 0) this.fail('invalid syntax for function call expression')
    positional.push(expr)
  }

  #parseUnary(after: 'filters' | 'plain'): Expr {
    const token = this.current()
    let node: Expr
    if (token.type === 'operator' && (token.value === '-' || token.value === '+')) {
      this.take()
      node = { type: 'unary', at: this.at(token), op: token.value, operand: this.#parseUnary('plain') }
    } else {
      node = this.#parsePostfix(this.#parsePrimary())
    }
    return after === 'filters' ? this.#parseFilters(node) : node
  }

  #parseFilters(input: Expr): Expr {
    let node = input
    for (;;) {
      if (this.skip('pipe')) node = this.parseFilter(node)
      else if (this.isSymbol('is')) node = this.#parseTest(node)
      else if (this.current().type === 'left-paren') node = this.#parseCall(node)
      else return node
    }
  }

  #parseTest(input: Expr): Expr {
    const at = this.at(this.take())
    const negated = this.skipSymbol('not')
    const name = this.#dottedName()
    return { type: 'test', at, input, name, args: this.#testArgs(), negated }
  }

  #testArgs(): CallArgs {
    const token = this.current()
    if (token.type === 'left-paren') return this.parseArgs()
    if (!TEST_ARGUMENT.has(token.type) || (token.type === 'symbol' && NO_TEST_ARGUMENT.has(token.value))) return NO_ARGS
    if (this.isSymbol('is')) this.fail('You cannot chain multiple tests with is')
    if (this.isSymbol('not') || this.isSymbol('in')) return NO_ARGS
    return { positional: [this.#parsePostfix(this.#parsePrimary())], named: [] }
  }

  #dottedName(): string {
    let name = this.expectType('symbol', 'a name').value
    while (this.skipValue('operator', '.')) name += `.${this.expectType('symbol', 'a name').value}`
    return name
  }

  #parsePostfix(input: Expr): Expr {
    let node = input
    for (;;) {
      const token = this.current()
      if (token.type === 'operator' && token.value === '.') node = this.#parseAttribute(node)
      else if (token.type === 'left-bracket') node = this.#parseSubscript(node)
      else if (token.type === 'left-paren') node = this.#parseCall(node)
      else return node
    }
  }

  #parseCall(callee: Expr): Expr {
    return { type: 'call', at: callee.at, callee, args: this.parseArgs() }
  }

  #parseAttribute(target: Expr): Expr {
    this.take()
    const token = this.take()
    const at = this.at(token)
    if (token.type === 'symbol') return { type: 'attr', at, target, name: token.value }
    if (token.type !== 'int') this.unexpected(token, 'a name or number')
    return { type: 'item', at, target, key: { type: 'literal', at, value: Number(token.value) } }
  }

  #parseSubscript(target: Expr): Expr {
    const at = this.at(this.take())
    const bounds: [Expr | undefined, Expr | undefined, Expr | undefined] = [undefined, undefined, undefined]
    let index = 0
    while (this.current().type !== 'right-bracket') {
      if (!this.skip('colon')) bounds[index] = this.parseTuple()
      else index += 1
      if (index > 2) this.unexpected(this.current(), "']'")
    }
    this.take()
    if (index > 0) return { type: 'slice', at, target, bounds }
    const [key] = bounds
    return key === undefined ? this.fail('expected an index', at.line - 1, at.col - 1) : { type: 'item', at, target, key }
  }

  #parsePrimary(): Expr {
    const token = this.take()
    const at = this.at(token)
    switch (token.type) {
      case 'symbol':
        return this.#symbol(token, at)
      case 'string':
        return { type: 'literal', at, value: this.#strings(token.value) }
      case 'int':
        return { type: 'literal', at, value: Number(token.value) }
      case 'float':
        return { type: 'literal', at, value: floatLiteral(Number(token.value)) }
      case 'left-paren':
        return this.#parseGroup(at)
      case 'left-bracket':
        return { type: 'list', at, items: this.#parseItems('right-bracket') }
      case 'left-curly':
        return this.#parseDict(at)
      default:
        return this.unexpected(token)
    }
  }

  #symbol(token: Token, at: Pos): Expr {
    const constant = CONSTANTS.get(token.value)
    return constant === undefined ? { type: 'name', at, name: token.value } : { type: 'literal', at, value: constant }
  }

  #strings(first: string): string {
    let text = first
    while (this.current().type === 'string') text += this.take().value
    return text
  }

  #parseGroup(at: Pos): Expr {
    if (this.skip('right-paren')) return { type: 'tuple', at, items: [] }
    const inner = this.parseTuple()
    this.expectType('right-paren', "')'")
    return inner
  }

  #parseItems(end: string): Expr[] {
    const items: Expr[] = []
    while (this.current().type !== end) {
      items.push(this.parseExpression())
      if (this.current().type !== end && !this.skip('comma')) this.unexpected(this.current(), "','")
    }
    this.take()
    return items
  }

  #parseDict(at: Pos): Expr {
    const pairs: (readonly [Expr, Expr])[] = []
    while (this.current().type !== 'right-curly') {
      const key = this.parseExpression()
      this.expectType('colon', "':'")
      pairs.push([key, this.parseExpression()])
      if (this.current().type !== 'right-curly' && !this.skip('comma')) this.unexpected(this.current(), "','")
    }
    this.take()
    return { type: 'dict', at, pairs }
  }
}

const NO_ARGS: CallArgs = { positional: [], named: [] }

function floatLiteral(value: number): number | Float {
  return Number.isInteger(value) ? new Float(value) : value
}
