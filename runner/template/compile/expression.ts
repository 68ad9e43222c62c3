import { didYouMean } from '../../base/did-you-mean.ts'
import { located, RunnerError } from '../../base/error.ts'
import { Unknown } from '../../base/value.ts'
import type { Expr } from '../parse/ast.ts'
import type { Frame } from '../runtime/frame.ts'
import { member } from '../runtime/member.ts'
import { binary, joinTexts, negate, positive } from '../runtime/operators.ts'
import { slice } from '../runtime/slice.ts'
import { str } from '../runtime/text.ts'
import { newRecord, Tuple, Undefined, type Val } from '../runtime/types.ts'
import { compare, contains, defined, equals, plainText, truthy } from '../runtime/values.ts'
import { compileCall } from './call.ts'
import { compileFilter, compileTest } from './filter.ts'
import { placed, type Unit } from './unit.ts'

/** A compiled expression. */
export type Eval = (frame: Frame) => Val

type Of<T extends Expr['type']> = Extract<Expr, { type: T }>

/** The expression with every Template in its value rendered. */
export function compileExpr(expr: Expr, unit: Unit): Eval {
  const shallow = compileShallow(expr, unit)
  if (expr.type === 'name' || expr.type === 'attr' || expr.type === 'item' || expr.type === 'call')
    return (frame) => frame.run.resolve(shallow(frame))
  return shallow
}

/** The expression with Templates rendered at its value's top only, for what looks at one member of it. */
export function compileShallow(expr: Expr, unit: Unit): Eval {
  switch (expr.type) {
    case 'literal': {
      const { value } = expr
      return () => value
    }
    case 'name':
      return compileName(expr, unit)
    case 'attr':
      return compileMember(expr, compileShallow(expr.target, unit), () => expr.name, unit)
    case 'item':
      return compileMember(expr, compileShallow(expr.target, unit), compileExpr(expr.key, unit), unit)
    case 'slice':
      return compileSlice(expr, unit)
    case 'call':
      return compileCall(expr, unit)
    case 'filter':
      return compileFilter(expr, unit)
    case 'test':
      return compileTest(expr, unit)
    case 'list':
    case 'tuple':
    case 'dict':
      return compileLiteral(expr, unit)
    default:
      return compileOperator(expr, unit)
  }
}

function compileOperator(
  expr: Exclude<Expr, Of<'literal' | 'name' | 'attr' | 'item' | 'slice' | 'call' | 'filter' | 'test' | 'list' | 'tuple' | 'dict'>>,
  unit: Unit,
): Eval {
  switch (expr.type) {
    case 'unary':
      return compileUnary(expr, unit)
    case 'binary':
      return compileBinary(expr, unit)
    case 'logic':
      return compileLogic(expr, unit)
    case 'compare':
      return compileCompare(expr, unit)
    case 'concat': {
      const parts = expr.parts.map((part) => compileExpr(part, unit))
      return guarded(expr, unit, (frame) => joinTexts(parts.map((part) => part(frame))))
    }
    case 'conditional':
      return compileConditional(expr, unit)
  }
}

/** Gives errors without a place the node's. */
export function guarded(expr: { readonly at: Expr['at'] }, unit: Unit, run: Eval): Eval {
  return (frame) => {
    try {
      return run(frame)
    } catch (error) {
      throw placed(error, unit, expr.at)
    }
  }
}

function compileName({ name, at }: Of<'name'>, unit: Unit): Eval {
  return (frame) => {
    const { run } = frame
    const local = frame.local(name)
    if (local !== undefined) return local
    const value = run.variable(name)
    if (value !== undefined) return value
    const global = run.renderer.globals.get(name)
    return global === undefined ? undefinedName(name, frame, unit, at) : global(run)
  }
}

function undefinedName(name: string, frame: Frame, unit: Unit, at: Expr['at']): Undefined {
  return new Undefined(() => {
    const names = new Set(frame.run.scope.names())
    for (let around: Frame | undefined = frame; around !== undefined; around = around.parent)
      for (const key of around.names().keys()) names.add(key)
    const error = new RunnerError('undefined', `'${name}' is undefined`, { hint: didYouMean(name, names) })
    const found = placed(error, unit, at)
    return found instanceof RunnerError ? found : error
  })
}

function compileMember(expr: Expr, target: Eval, key: Eval, unit: Unit): Eval {
  return (frame) => {
    try {
      const value = member(target(frame), defined(key(frame)))
      return value instanceof Undefined ? withoutMember(value, { expr, frame, unit }) : frame.run.shallow(value)
    } catch (error) {
      throw placed(error, unit, expr.at)
    }
  }
}

/** What is not there, with the place that asked for it and where the variable came from that lacks it. */
function withoutMember(value: Undefined, { expr, frame, unit }: { expr: Expr; frame: Frame; unit: Unit }): Undefined {
  return new Undefined(() => {
    const error = value.error()
    const root = rootName(expr)
    const isOwn = error.source === undefined && root !== undefined && frame.local(root) === undefined
    const found = placed(isOwn ? frame.run.told(error, root) : error, unit, expr.at)
    return found instanceof RunnerError ? found : error
  })
}

/** The variable at the front of `user.address[0]`. */
function rootName(expr: Expr): string | undefined {
  if (expr.type === 'attr' || expr.type === 'item') return rootName(expr.target)
  return expr.type === 'name' ? expr.name : undefined
}

function compileSlice(expr: Of<'slice'>, unit: Unit): Eval {
  const target = compileExpr(expr.target, unit)
  const [start, stop, step] = expr.bounds.map((bound) => (bound === undefined ? undefined : compileExpr(bound, unit)))
  return guarded(expr, unit, (frame) => slice(defined(target(frame)), start?.(frame) ?? null, stop?.(frame) ?? null, step?.(frame) ?? null))
}

function compileLiteral(expr: Of<'list' | 'tuple'> | Of<'dict'>, unit: Unit): Eval {
  if (expr.type === 'dict') return compileDict(expr, unit)
  const items = expr.items.map((item) => compileExpr(item, unit))
  if (expr.type === 'tuple') return (frame) => Tuple.make(items.map((item) => item(frame)))
  return (frame) => {
    const list = items.map((item) => item(frame))
    frame.run.owned.add(list)
    return list
  }
}

function compileDict(expr: Of<'dict'>, unit: Unit): Eval {
  const pairs = expr.pairs.map(([key, value]) => [compileExpr(key, unit), compileExpr(value, unit)] as const)
  return (frame) => {
    const record = newRecord()
    for (const [key, value] of pairs) {
      const name = defined(key(frame))
      if (name instanceof Unknown) return name
      record[plainText(name) ?? str(name)] = value(frame)
    }
    frame.run.owned.add(record)
    return record
  }
}

function compileUnary(expr: Of<'unary'>, unit: Unit): Eval {
  const operand = compileExpr(expr.operand, unit)
  if (expr.op === '-') return guarded(expr, unit, (frame) => negate(defined(operand(frame))))
  if (expr.op === '+') return guarded(expr, unit, (frame) => positive(defined(operand(frame))))
  return (frame) => {
    const value = operand(frame)
    return value instanceof Unknown ? value : !truthy(value)
  }
}

function compileBinary(expr: Of<'binary'>, unit: Unit): Eval {
  const left = compileExpr(expr.left, unit)
  const right = compileExpr(expr.right, unit)
  return guarded(expr, unit, (frame) => binary(expr.op, defined(left(frame)), defined(right(frame))))
}

/** Python's and/or give an operand. An unknown one decides nothing: the other may. */
function compileLogic(expr: Of<'logic'>, unit: Unit): Eval {
  const left = compileExpr(expr.left, unit)
  const right = compileExpr(expr.right, unit)
  const decides = expr.op === 'or'
  return (frame) => {
    const first = left(frame)
    if (!(first instanceof Unknown)) return truthy(first) === decides ? first : right(frame)
    const second = right(frame)
    return second instanceof Unknown || truthy(second) !== decides ? first : second
  }
}

function compileCompare(expr: Of<'compare'>, unit: Unit): Eval {
  const first = compileExpr(expr.first, unit)
  const rest = expr.rest.map(({ op, operand }) => ({ op, operand: compileExpr(operand, unit) }))
  return guarded(expr, unit, (frame) => {
    let left = defined(first(frame))
    let outcome: Val = true
    for (const { op, operand } of rest) {
      const right = defined(operand(frame))
      const held = holds(op, left, right)
      if (held === false) return false
      if (held instanceof Unknown) outcome = held
      left = right
    }
    return outcome
  })
}

function holds(op: Of<'compare'>['rest'][number]['op'], left: Val, right: Val): boolean | Unknown {
  if (left instanceof Unknown) return left
  if (right instanceof Unknown) return right
  switch (op) {
    case '==':
      return equals(left, right)
    case '!=':
      return !equals(left, right)
    case 'in':
      return contains(right, left)
    case 'not in':
      return !contains(right, left)
    case '<':
      return compare(left, right, op) < 0
    case '<=':
      return compare(left, right, op) <= 0
    case '>':
      return compare(left, right, op) > 0
    case '>=':
      return compare(left, right, op) >= 0
  }
}

function compileConditional(expr: Of<'conditional'>, unit: Unit): Eval {
  const test = compileExpr(expr.test, unit)
  const then = compileExpr(expr.then, unit)
  const otherwise = expr.otherwise === undefined ? undefined : compileExpr(expr.otherwise, unit)
  const none = (): Undefined => new Undefined(() => located(placed(NO_ELSE.error(), unit, expr.at), undefined), true)
  return (frame) => {
    const decided = test(frame)
    if (decided instanceof Unknown) return decided
    if (truthy(decided)) return then(frame)
    return otherwise === undefined ? none() : otherwise(frame)
  }
}

const NO_ELSE = new Undefined(
  () => new RunnerError('undefined', 'the inline if-expression evaluated to false and no else section was defined.'),
)
