import { Unknown } from '../../base/value.ts'
import type { ForStatement } from '../parse/ast.ts'
import { fail, limit } from '../runtime/errors.ts'
import type { Frame } from '../runtime/frame.ts'
import { LoopState } from '../runtime/loop.ts'
import { Callable, type Val } from '../runtime/types.ts'
import { defined, iterate, truthy } from '../runtime/values.ts'
import { compileExpr } from './expression.ts'
import { assign, compileBody, concat, type Exec, type Signal } from './statement.ts'
import type { Unit } from './unit.ts'

const MAX_DEPTH = 100

interface Parts {
  readonly statement: ForStatement
  readonly test: ((frame: Frame) => Val) | undefined
  readonly body: Exec
  readonly otherwise: Exec
}

export function compileFor(statement: ForStatement, unit: Unit): Exec {
  const iterable = compileExpr(statement.iterable, unit)
  const parts: Parts = {
    statement,
    test: statement.test === undefined ? undefined : compileExpr(statement.test, unit),
    body: compileBody(statement.body, unit),
    otherwise: compileBody(statement.otherwise, unit),
  }
  return (frame, out) => {
    const value = defined(iterable(frame))
    if (value instanceof Unknown) {
      out.push(value)
      return undefined
    }
    loop(parts, iterate(value), frame, out, 0)
    return undefined
  }
}

function loop(parts: Parts, items: readonly Val[], frame: Frame, out: Val[], depth: number): void {
  if (depth > MAX_DEPTH) limit('a recursive loop goes too deep')
  const { statement } = parts
  const kept = parts.test === undefined ? items : items.filter((item) => selected(parts, item, frame))
  if (kept.length === 0) {
    parts.otherwise(frame.child(), out)
    return
  }
  const state = new LoopState(kept, depth, statement.recursive ? recurse(parts, frame, depth) : undefined)
  for (const item of kept) {
    frame.run.tick()
    if (step(parts, state, item, frame, out) === 'break') return
    state.next()
  }
}

function step({ statement, body }: Parts, state: LoopState, item: Val, frame: Frame, out: Val[]): Signal {
  const inner = frame.child()
  inner.set('loop', state)
  assign(inner, statement.target, item)
  return body(inner, out)
}

function selected({ statement, test }: Parts, item: Val, frame: Frame): boolean {
  const inner = frame.child()
  assign(inner, statement.target, item)
  const held = test?.(inner) ?? true
  return held instanceof Unknown ? fail('a loop filter is unknown in check mode') : truthy(held)
}

function recurse(parts: Parts, frame: Frame, depth: number): Callable {
  return new Callable('loop', ({ positional }) => {
    const out: Val[] = []
    loop(parts, iterate(positional[0] ?? null), frame, out, depth + 1)
    return concat(out)
  })
}
