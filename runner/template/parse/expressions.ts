import type { BinaryOp, CompareOp, Expr } from './ast.ts'
import { OperandParser } from './operands.ts'
import { ADDITIVE, COMPARE_OPS, MULTIPLICATIVE, POWER } from './words.ts'

const MAX_DEPTH = 200

/** Jinja2's operators, with their precedence, on the token stream and cursor of nunjucks' parser. */
export class ExpressionParser extends OperandParser {
  #depth = 0

  /** The whole text is one expression. */
  parseWhole(): Expr {
    const expr = this.parseExpression()
    const rest = this.current()
    if (rest.type !== 'eof') this.unexpected(rest)
    return expr
  }

  override parseExpression(): Expr {
    this.#depth += 1
    if (this.#depth > MAX_DEPTH) this.fail('expression is nested too deeply')
    let expr = this.#parseOr()
    while (this.isSymbol('if')) {
      const at = this.at(this.take())
      const test = this.#parseOr()
      const otherwise = this.skipSymbol('else') ? this.parseExpression() : undefined
      expr = { type: 'conditional', at, test, then: expr, otherwise }
    }
    this.#depth -= 1
    return expr
  }

  /** An expression or, with commas, a tuple of them. `simple` leaves a following `if` to the statement. */
  override parseTuple(simple: 'simple' | 'conditional' = 'conditional'): Expr {
    const at = this.at()
    const one = (): Expr => (simple === 'simple' ? this.#parseOr() : this.parseExpression())
    const first = one()
    if (this.current().type !== 'comma') return first
    const items = [first]
    while (this.skip('comma')) {
      if (this.#endsTuple()) break
      items.push(one())
    }
    return { type: 'tuple', at, items }
  }

  #endsTuple(): boolean {
    const { type, value } = this.current()
    return (
      type === 'block-end' ||
      type === 'variable-end' ||
      type === 'right-paren' ||
      type === 'eof' ||
      (type === 'operator' && value === '=') ||
      (type === 'symbol' && value === 'in')
    )
  }

  #parseOr(): Expr {
    let left = this.#parseAnd()
    while (this.isSymbol('or')) left = { type: 'logic', at: this.at(this.take()), op: 'or', left, right: this.#parseAnd() }
    return left
  }

  #parseAnd(): Expr {
    let left = this.#parseNot()
    while (this.isSymbol('and')) left = { type: 'logic', at: this.at(this.take()), op: 'and', left, right: this.#parseNot() }
    return left
  }

  #parseNot(): Expr {
    if (!this.isSymbol('not')) return this.#parseCompare()
    return { type: 'unary', at: this.at(this.take()), op: 'not', operand: this.#parseNot() }
  }

  #parseCompare(): Expr {
    const at = this.at()
    const first = this.#parseAdditive()
    const rest: { op: CompareOp; operand: Expr }[] = []
    for (let op = this.#compareOp(); op !== undefined; op = this.#compareOp()) rest.push({ op, operand: this.#parseAdditive() })
    return rest.length === 0 ? first : { type: 'compare', at, first, rest }
  }

  #compareOp(): CompareOp | undefined {
    const token = this.current()
    if (token.type === 'operator') {
      const op = COMPARE_OPS.get(token.value)
      if (op !== undefined) this.take()
      return op
    }
    if (this.skipSymbol('in')) return 'in'
    if (!this.skipSymbol('not')) return undefined
    this.expectSymbol('in')
    return 'not in'
  }

  #binary(ops: ReadonlyMap<string, BinaryOp>, operand: () => Expr): Expr {
    let left = operand()
    for (;;) {
      const token = this.current()
      const op = token.type === 'operator' ? ops.get(token.value) : undefined
      if (op === undefined) return left
      left = { type: 'binary', at: this.at(this.take()), op, left, right: operand() }
    }
  }

  #parseAdditive(): Expr {
    return this.#binary(ADDITIVE, () => this.#parseConcat())
  }

  #parseConcat(): Expr {
    const at = this.at()
    const parts = [this.#parseMultiplicative()]
    while (this.skip('tilde')) parts.push(this.#parseMultiplicative())
    const [only] = parts
    return parts.length === 1 && only !== undefined ? only : { type: 'concat', at, parts }
  }

  #parseMultiplicative(): Expr {
    return this.#binary(MULTIPLICATIVE, () => this.#binary(POWER, () => this.parseOperand()))
  }
}
