import { RunnerError } from '../../base/error.ts'
import type { Param, Statement } from '../parse/ast.ts'
import { fail, limit } from '../runtime/errors.ts'
import type { Frame } from '../runtime/frame.ts'
import { Callable, type CallValues, type Dynamic, newRecord, Tuple, Undefined, type Val } from '../runtime/types.ts'
import { compileArgs } from './arguments.ts'
import { compileExpr, compileShallow, type Eval } from './expression.ts'
import { capture, compileBody, does, type Exec } from './statement.ts'
import type { Unit } from './unit.ts'

const MAX_DEPTH = 200

interface MacroParts {
  readonly name: string
  readonly params: readonly { readonly name: string; readonly fallback: Eval | undefined }[]
  readonly body: Exec
}

/** A macro together with the names that were around its definition. */
class Macro implements Dynamic {
  readonly dynamic = true
  readonly typeName = 'Macro'
  readonly #parts: MacroParts
  readonly #frame: Frame
  #depth = 0

  constructor(parts: MacroParts, frame: Frame) {
    this.#parts = parts
    this.#frame = frame
  }

  readonly call = (args: CallValues): Val => {
    if (this.#depth >= MAX_DEPTH) limit(`the macro '${this.#parts.name}' calls itself too deeply`)
    this.#depth += 1
    try {
      return capture(this.#parts.body, this.#bound(args)) ?? ''
    } finally {
      this.#depth -= 1
    }
  }

  #bound({ positional, named }: CallValues): Frame {
    const { name, params } = this.#parts
    const frame = this.#frame.child()
    const rest = new Map(named)
    rest.delete('caller')
    params.forEach((param, at) => {
      const value = at < positional.length ? (positional[at] ?? null) : named.get(param.name)
      rest.delete(param.name)
      frame.set(param.name, value ?? param.fallback?.(frame) ?? missing(param.name))
    })
    frame.set('caller', named.get('caller') ?? missing('caller'))
    frame.set('varargs', Tuple.make(positional.slice(params.length)))
    frame.set('kwargs', newRecord(rest))
    if (positional.length > params.length && name === 'caller') fail(`${name} takes not more than ${String(params.length)} argument(s)`)
    return frame
  }

  attr(name: string): Val | undefined {
    if (name === 'name') return this.#parts.name
    return name === 'arguments' ? Tuple.make(this.#parts.params.map((param) => param.name)) : undefined
  }

  text(): string {
    return `<Macro '${this.#parts.name}'>`
  }
}

function missing(name: string): Undefined {
  return new Undefined(() => new RunnerError('undefined', `parameter '${name}' was not provided`))
}

function compileParams(params: readonly Param[], unit: Unit): MacroParts['params'] {
  return params.map(({ name, fallback }) => ({ name, fallback: fallback === undefined ? undefined : compileExpr(fallback, unit) }))
}

export function compileMacro(statement: Extract<Statement, { type: 'macro' }>, unit: Unit): Exec {
  const { name } = statement
  const parts: MacroParts = { name, params: compileParams(statement.params, unit), body: compileBody(statement.body, unit) }
  return does((frame) => frame.set(name, new Macro(parts, frame)))
}

export function compileCallBlock(statement: Extract<Statement, { type: 'call-block' }>, unit: Unit): Exec {
  const parts: MacroParts = { name: 'caller', params: compileParams(statement.params, unit), body: compileBody(statement.body, unit) }
  const { call } = statement
  if (call.type !== 'call') return fail('expected call')
  const target = compileShallow(call.callee, unit)
  const args = compileArgs(call.args, unit)
  return does((frame, out) => {
    const { positional, named } = args(frame)
    const withCaller = { positional, named: new Map([...named, ['caller', new Macro(parts, frame)] as const]) }
    out.push(invoke(target(frame), withCaller))
  })
}

function invoke(target: Val, args: CallValues): Val {
  if (target instanceof Undefined) throw target.error()
  if (target instanceof Callable || target instanceof Macro) return target.call(args)
  return fail('a call block needs a macro')
}
