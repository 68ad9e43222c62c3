import { Unknown } from '../../base/value.ts'
import type { Expr } from '../parse/ast.ts'
import { fail } from '../runtime/errors.ts'
import type { Frame } from '../runtime/frame.ts'
import { member } from '../runtime/member.ts'
import { callMethod } from '../runtime/methods.ts'
import { MUTATORS, mutate } from '../runtime/mutate.ts'
import { typeName } from '../runtime/text.ts'
import { Callable, type CallValues, isDynamic, isValList, isValRecord, newRecord, Undefined, type Val } from '../runtime/types.ts'
import { compileArgs } from './arguments.ts'
import { compileShallow, type Eval, guarded } from './expression.ts'
import type { Unit } from './unit.ts'

type CallExpr = Extract<Expr, { type: 'call' }>
type AttrExpr = Extract<Expr, { type: 'attr' }>

export function compileCall(expr: CallExpr, unit: Unit): Eval {
  const args = compileArgs(expr.args, unit)
  const { callee } = expr
  if (callee.type === 'attr') return guarded(callee, unit, compileMethod(callee, args, unit))
  const target = compileShallow(callee, unit)
  return guarded(expr, unit, (frame) => call(target(frame), args(frame), frame))
}

function compileMethod(callee: AttrExpr, args: (frame: Frame) => CallValues, unit: Unit): Eval {
  const target = compileShallow(callee.target, unit)
  const { name } = callee
  if (MUTATORS.has(name)) return compileMutation(callee, target, args)
  return (frame) => {
    const value = target(frame)
    if (value instanceof Undefined) throw value.error()
    if (value instanceof Unknown) return value
    const values = args(frame)
    const result = callMethod(value, name, values, frame.run)
    return result === undefined ? call(member(value, name), values, frame) : result
  }
}

/** `list.append(x)` changes a list that the template made; a variable's is copied first, under the template's own name for it. */
function compileMutation(callee: AttrExpr, target: Eval, args: (frame: Frame) => CallValues): Eval {
  return (frame) => {
    let value = target(frame)
    if (value instanceof Undefined) throw value.error()
    if (value instanceof Unknown) return value
    if ((isValList(value) || isValRecord(value)) && !frame.run.owned.has(value)) {
      value = isValList(value) ? [...value] : newRecord(Object.entries(value))
      frame.run.owned.add(value)
      if (callee.target.type === 'name') frame.replace(callee.target.name, value)
    }
    const values = args(frame)
    const result = mutate(value, callee.name, values, frame.run)
    return result === undefined ? call(member(value, callee.name), values, frame) : result
  }
}

function call(target: Val, args: CallValues, frame: Frame): Val {
  if (target instanceof Undefined) throw target.error()
  if (target instanceof Unknown) return target
  frame.run.tick()
  if (target instanceof Callable) return target.call(args)
  const dynamic = isDynamic(target) ? target.call : undefined
  return dynamic !== undefined ? dynamic(args) : fail(`'${typeName(target)}' object is not callable`)
}
