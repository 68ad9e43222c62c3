import type { RunnerError } from '../../base/error.ts'
import { emptyRecord, type Float, type LazyRecord, type Omit, type Secret, type Template, type Unknown } from '../../base/value.ts'

/** What an expression can hold while it is evaluated: the language's values and the things that never leave a render. */
export type Val =
  | null
  | boolean
  | number
  | string
  | Float
  | Secret
  | Unknown
  | Omit
  | Template
  | LazyRecord
  | Undefined
  | Callable
  | Dynamic
  | readonly Val[]
  | ValRecord

export interface ValRecord {
  readonly [key: string]: Val
}

/** A name or attribute without a value. It may be tested, defaulted and looked into; any other use throws `error()`. */
export class Undefined {
  readonly error: () => RunnerError

  /** What an `if` without `else` gives: an empty text among texts, false as a condition. */
  readonly silent: boolean

  constructor(error: () => RunnerError, silent = false) {
    this.error = error
    this.silent = silent
  }
}

/** Arguments of a call, as written. */
export interface CallValues {
  readonly positional: readonly Val[]
  readonly named: ReadonlyMap<string, Val>
}

/** The one kind of function an expression can call; only the product's own tables and macros make it. */
export class Callable {
  readonly name: string
  readonly call: (args: CallValues) => Val

  constructor(name: string, call: (args: CallValues) => Val) {
    this.name = name
    this.call = call
  }
}

/** An object with a fixed set of attributes: `loop`, `namespace()`, a date, an imported template. */
export interface Dynamic {
  readonly dynamic: true
  /** Python's class name, as `type_debug` tells it. */
  readonly typeName: string
  attr(name: string): Val | undefined
  /** Its text; undefined where it has none worth printing. */
  text(): string
  /** What it is as a value by itself, where that is not its text. */
  final?(): string
  /** Writes an attribute; only namespaces can. */
  set?(name: string, value: Val): void
  /** Calls the object itself; only `loop` of a recursive loop, macros and cyclers can be. */
  readonly call?: ((args: CallValues) => Val) | undefined
  /** An arithmetic operator with the object on its left; undefined where it does not apply. */
  operate?(op: string, right: Val): Val | undefined
}

export function isDynamic(value: unknown): value is Dynamic {
  return typeof value === 'object' && value !== null && 'dynamic' in value && value.dynamic === true
}

/** Python's tuple: a list that prints with parentheses while text is made, and leaves a render as a list. */
export class Tuple extends Array<Val> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }

  static make(items: Iterable<Val>): Tuple {
    const out = new Tuple()
    for (const item of items) out.push(item)
    return out
  }
}

export function isValList(value: Val): value is readonly Val[] {
  return Array.isArray(value)
}

export function isValRecord(value: Val): value is ValRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const proto: unknown = Object.getPrototypeOf(value)
  return proto === null || proto === Object.prototype
}

/** A record's own value: the one way to read a key. */
export function own(value: ValRecord, key: string): Val | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined
}

/** A fresh, mutable record with a null prototype. */
export function newRecord(entries: Iterable<readonly [string, Val]> = []): Record<string, Val> {
  const out: Record<string, Val> = emptyRecord()
  for (const [key, value] of entries) out[key] = value
  return out
}
