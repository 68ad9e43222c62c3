import { Secret, Unknown } from '../../base/value.ts'
import { type Args, bind } from '../runtime/arguments.ts'
import { fail } from '../runtime/errors.ts'
import type { FilterFunction, Run } from '../runtime/run.ts'
import { typeName } from '../runtime/text.ts'
import { type CallValues, Undefined, type Val } from '../runtime/types.ts'
import { asRecord, plainText, revealed, type Taint, tainted, taintOf } from '../runtime/values.ts'

export type FilterBody = (input: Val, args: Args, run: Run) => Val

/** Filters by name. */
export type FilterTable = readonly (readonly [string, FilterFunction])[]

/** A filter that makes new texts: Secrets are opened for it and every text of its result is one again. */
export function texts(name: string, params: readonly string[], body: FilterBody): readonly [string, FilterFunction] {
  return [
    name,
    (input, call, run) => {
      const taint: Taint = { secret: false, unknown: undefined }
      taintOf(input, taint)
      for (const value of call.positional) taintOf(value, taint)
      for (const value of call.named.values()) taintOf(value, taint)
      if (taint.unknown !== undefined) return taint.unknown
      if (!taint.secret) return body(input, bind(`filter '${name}'`, params, call), run)
      const open: CallValues = {
        positional: call.positional.map(revealed),
        named: new Map([...call.named].map(([key, value]) => [key, revealed(value)])),
      }
      return tainted(body(revealed(input), bind(`filter '${name}'`, params, open), run), (secret) => run.renderer.host.onSecret(secret))
    },
  ]
}

/** A filter that moves values about and leaves them as they are: secret and unknown elements stay what they are. */
export function values(name: string, params: readonly string[], body: FilterBody): readonly [string, FilterFunction] {
  return [
    name,
    (input, call, run) => {
      if (input instanceof Undefined) throw input.error()
      if (input instanceof Unknown) return input
      const args = bind(`filter '${name}'`, params, call)
      return args.unknown() ?? body(input, args, run)
    },
  ]
}

/** A filter that is given undefined and unknown inputs too. */
export function anything(name: string, params: readonly string[], body: FilterBody): readonly [string, FilterFunction] {
  return [name, (input, call, run) => body(input, bind(`filter '${name}'`, params, call), run)]
}

/** A text, for filters that take nothing else. */
export function textOf(value: Val, what: string): string {
  return plainText(value) ?? fail(`${what} requires a string, not ${typeName(value)}`)
}

export function recordOf(value: Val, what: string): Readonly<Record<string, Val>> {
  return asRecord(value) ?? fail(`${what} requires a dictionary, got ${typeName(value)} instead.`)
}

export function isSecret(value: Val): value is Secret {
  return value instanceof Secret
}
