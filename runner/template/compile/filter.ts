import { Unknown } from '../../base/value.ts'
import type { FilterExpr, TestExpr } from '../parse/ast.ts'
import { inPlugin, unloadable } from '../runtime/errors.ts'
import type { Frame } from '../runtime/frame.ts'
import type { Val } from '../runtime/types.ts'
import { compileArgs } from './arguments.ts'
import { compileExpr, compileShallow, type Eval, guarded } from './expression.ts'
import type { Unit } from './unit.ts'

/** Tests that look at a value's being there and kind, not at what is inside it. */
const SHALLOW_TESTS = new Set(['defined', 'undefined', 'mapping', 'sequence', 'string'])

export function compileFilter(expr: FilterExpr, unit: Unit): Eval {
  const { input } = expr
  const value = input === undefined ? bodyText : compileExpr(input, unit)
  const apply = compileFilterOn(expr, unit)
  return guarded(expr, unit, (frame) => apply(frame, value(frame)))
}

/** The filters of a block, applied to its text. */
export function compileFilterChain(expr: FilterExpr, unit: Unit): (frame: Frame, text: Val) => Val {
  const before = expr.input?.type === 'filter' ? compileFilterChain(expr.input, unit) : (_frame: Frame, text: Val): Val => text
  const apply = compileFilterOn(expr, unit)
  return (frame, text) => apply(frame, before(frame, text))
}

function compileFilterOn({ name, args }: FilterExpr, unit: Unit): (frame: Frame, input: Val) => Val {
  const values = compileArgs(args, unit)
  return (frame, input) => {
    const { run } = frame
    const filter = run.renderer.filter(name) ?? unloadable('filter', name, run.renderer.similar('filter', name))
    const given = values(frame)
    return inPlugin('filter', name, () => filter(input, given, run))
  }
}

function bodyText(): Val {
  return ''
}

export function compileTest(expr: TestExpr, unit: Unit): Eval {
  const input = SHALLOW_TESTS.has(expr.name) ? compileShallow(expr.input, unit) : compileExpr(expr.input, unit)
  const values = compileArgs(expr.args, unit)
  const { name, negated } = expr
  return guarded(expr, unit, (frame) => {
    const { run } = frame
    const test = run.renderer.test(name) ?? unloadable('test', name, run.renderer.similar('test', name))
    const [tested, given] = [input(frame), values(frame)]
    const held = inPlugin('test', name, () => test(tested, given, run))
    return held instanceof Unknown ? held : (held === true) !== negated
  })
}
