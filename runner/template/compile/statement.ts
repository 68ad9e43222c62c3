import { Unknown } from '../../base/value.ts'
import type { Body, Statement, Target } from '../parse/ast.ts'
import { fail } from '../runtime/errors.ts'
import type { Frame } from '../runtime/frame.ts'
import { joinTexts } from '../runtime/operators.ts'
import { isDynamic, Undefined, type Val } from '../runtime/types.ts'
import { finalize, iterate, truthy } from '../runtime/values.ts'
import { compileExpr } from './expression.ts'
import { compileFilterChain } from './filter.ts'
import { compileFor } from './for.ts'
import { compileImport } from './include.ts'
import { compileCallBlock, compileMacro } from './macro.ts'
import { placed, type Unit } from './unit.ts'

/** How a body ended: normally, or at a loop control tag. */
export type Signal = 'break' | 'continue' | undefined

/** A compiled statement: it adds to the output. */
export type Exec = (frame: Frame, out: Val[]) => Signal

export function compileBody(body: Body, unit: Unit): Exec {
  const steps = body.map((statement) => compileStatement(statement, unit))
  const [only] = steps
  if (steps.length === 1 && only !== undefined) return only
  return (frame, out) => {
    for (const step of steps) {
      const signal = step(frame, out)
      if (signal !== undefined) return signal
    }
    return undefined
  }
}

function compileStatement(statement: Statement, unit: Unit): Exec {
  if (statement.type === 'data') {
    const { text } = statement
    return (_frame, out) => {
      out.push(text)
      return undefined
    }
  }
  const exec = compileTag(statement, unit)
  return (frame, out) => {
    try {
      return exec(frame, out)
    } catch (error) {
      throw placed(error, unit, statement.at)
    }
  }
}

function compileTag(statement: Exclude<Statement, { type: 'data' }>, unit: Unit): Exec {
  switch (statement.type) {
    case 'output': {
      const expr = compileExpr(statement.expr, unit)
      return does((frame, out) => void out.push(expr(frame)))
    }
    case 'do': {
      const expr = compileExpr(statement.expr, unit)
      return does((frame) => void expr(frame))
    }
    case 'if':
      return compileIf(statement, unit)
    case 'for':
      return compileFor(statement, unit)
    case 'set': {
      const value = compileExpr(statement.value, unit)
      return does((frame) => assign(frame, statement.target, value(frame)))
    }
    case 'break':
    case 'continue':
      return () => statement.type
    default:
      return compileScoped(statement, unit)
  }
}

function compileScoped(
  statement: Exclude<Statement, { type: 'data' | 'output' | 'do' | 'if' | 'for' | 'set' | 'break' | 'continue' }>,
  unit: Unit,
): Exec {
  switch (statement.type) {
    case 'capture':
      return compileCapture(statement, unit)
    case 'filter-block': {
      const body = compileBody(statement.body, unit)
      const filter = compileFilterChain(statement.filter, unit)
      return does((frame, out) => void out.push(filter(frame, asText(capture(body, frame.child())))))
    }
    case 'with': {
      const bindings = statement.bindings.map(([target, value]) => [target, compileExpr(value, unit)] as const)
      const body = compileBody(statement.body, unit)
      return (frame, out) => {
        const inner = frame.child()
        for (const [target, value] of bindings) assign(inner, target, value(frame))
        return body(inner, out)
      }
    }
    case 'macro':
      return compileMacro(statement, unit)
    case 'call-block':
      return compileCallBlock(statement, unit)
    case 'block': {
      const body = compileBody(statement.body, unit)
      return (frame, out) => (frame.run.blocks.get(statement.name) ?? body)(frame.child(), out)
    }
    default:
      return compileImport(statement, unit)
  }
}

/** A statement that cannot end a loop. */
export function does(run: (frame: Frame, out: Val[]) => void): Exec {
  return (frame, out) => {
    run(frame, out)
    return undefined
  }
}

function compileIf(statement: Extract<Statement, { type: 'if' }>, unit: Unit): Exec {
  const test = compileExpr(statement.test, unit)
  const body = compileBody(statement.body, unit)
  const otherwise = compileBody(statement.otherwise, unit)
  return (frame, out) => {
    const held = test(frame)
    if (held instanceof Unknown) {
      out.push(held)
      return undefined
    }
    return (truthy(held) ? body : otherwise)(frame, out)
  }
}

function compileCapture(statement: Extract<Statement, { type: 'capture' }>, unit: Unit): Exec {
  const body = compileBody(statement.body, unit)
  const filter = statement.filter === undefined ? undefined : compileFilterChain(statement.filter, unit)
  return does((frame) => {
    const value = asText(capture(body, frame.child()))
    assign(frame, statement.target, filter === undefined ? value : filter(frame, value))
  })
}

/** What a body puts out, as one value. */
export function capture(body: Exec, frame: Frame): Val {
  const out: Val[] = []
  body(frame, out)
  return concat(out)
}

/** ansible-core 2.19's rule: none prints as nothing, one output alone keeps its type, several make a text. */
export function concat(out: readonly Val[]): Val {
  const parts = out.filter((part) => part !== null)
  const [only] = parts
  if (only === undefined) return null
  if (parts.length === 1) return only
  for (const part of parts) if (part instanceof Unknown) return part
  return joinTexts(parts.map((part) => printable(part)))
}

/** A part as it stands among others: finished, so that tuples print as lists; an `if` without `else` prints nothing. */
export function printable(part: Val): Val {
  if (typeof part === 'string') return part
  return part instanceof Undefined && part.silent ? '' : finalize(part)
}

function asText(value: Val): Val {
  return value === null ? '' : value
}

export function assign(frame: Frame, target: Target, value: Val): void {
  if (target.type === 'name') frame.set(target.name, value)
  else if (target.type === 'field') assignField(frame, target, value)
  else assignMany(frame, target.targets, value)
}

function assignField(frame: Frame, target: Extract<Target, { type: 'field' }>, value: Val): void {
  const object = frame.local(target.name)
  if (object === undefined || !isDynamic(object) || object.set === undefined) fail('cannot assign attribute on non-namespace object')
  else object.set(target.field, value)
}

function assignMany(frame: Frame, targets: readonly Target[], value: Val): void {
  if (value instanceof Unknown || value instanceof Undefined) {
    for (const target of targets) assign(frame, target, value)
    return
  }
  const items = iterate(value)
  if (items.length < targets.length) fail(`not enough values to unpack (expected ${String(targets.length)}, got ${String(items.length)})`)
  if (items.length > targets.length) fail(`too many values to unpack (expected ${String(targets.length)})`)
  targets.forEach((target, at) => assign(frame, target, items[at] ?? null))
}
