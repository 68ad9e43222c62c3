import { Unknown } from '../../base/value.ts'
import { type Args, bind } from '../runtime/arguments.ts'
import type { FilterFunction, Run } from '../runtime/run.ts'
import { Undefined, type Val } from '../runtime/types.ts'

export type TestBody = (input: Val, args: Args, run: Run) => boolean
export type TestTable = readonly (readonly [string, FilterFunction])[]

/** A test of a value: undefined throws, unknown stays unknown. */
export function test(name: string, params: readonly string[], body: TestBody): readonly [string, FilterFunction] {
  return [
    name,
    (input, call, run) => {
      if (input instanceof Undefined) throw input.error()
      if (input instanceof Unknown) return input
      const args = bind(`test '${name}'`, params, call)
      return args.unknown() ?? body(input, args, run)
    },
  ]
}

/** A test that is given undefined and unknown values too. */
export function testAnything(name: string, body: (input: Val) => boolean): readonly [string, FilterFunction] {
  return [
    name,
    (input, call) => {
      bind(`test '${name}'`, [], call)
      return body(input)
    },
  ]
}

/** One test under several names. */
export function aliases(names: readonly string[], params: readonly string[], body: TestBody): TestTable {
  return names.map((name) => test(name, params, body))
}
