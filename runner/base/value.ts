import type { Source } from './source.ts'

/**
 * The data of the language. Records have a null prototype and own keys only. Text that came from a host, a lookup or
 * a fact is a plain string and is never rendered; only a `Template`, which the loader alone makes, is.
 */
export type Value =
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
  | readonly Value[]
  | ValueRecord

export interface ValueRecord {
  readonly [key: string]: Value
}

/** Text from the controller's own files that contains `{{`, `{%` or `{#`: the one thing that is ever rendered. */
export class Template {
  readonly text: string
  /** Where the text begins. */
  readonly source: Source | undefined
  /** Where the value that holds it begins: the quote, the mark of a block, the first of several `k=v`. */
  readonly start: Source | undefined

  constructor(text: string, source: Source | undefined, start: Source | undefined = source) {
    this.text = text
    this.source = source
    this.start = start
  }
}

/** A float with an integral value (`2.0`), which Python prints with its point; other floats are plain numbers. */
export class Float {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

/** A text that prints as `***` wherever it is not asked for by name; joining it with anything gives a Secret. */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  reveal(): string {
    return this.#text
  }

  toString(): string {
    return '***'
  }

  toJSON(): string {
    return '***'
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return 'Secret(***)'
  }
}

/** What check mode cannot know, and why; every expression that reads it is itself unknown. */
export class Unknown {
  readonly reason: string

  constructor(reason: string) {
    this.reason = reason
  }

  toString(): string {
    return `<unknown: ${this.reason}>`
  }

  toJSON(): string {
    return this.toString()
  }
}

/** The value of the variable `omit`: the argument, keyword or element that gets it is left out. */
export class Omit {
  readonly omit = true

  toString(): string {
    return '__omit_place_holder__'
  }
}

export const OMIT = new Omit()

/** A record whose values are made when asked for: `hostvars`, `vars`. Values it gives are final, they are not rendered again. */
export interface LazyRecordSource {
  readonly get: (key: string) => Value | undefined
  readonly keys: () => Iterable<string>
  /** What an error says of a key that is not there. */
  readonly missing?: ((key: string) => string) | undefined
}

export class LazyRecord {
  readonly #source: LazyRecordSource

  constructor(source: LazyRecordSource) {
    this.#source = source
  }

  get(key: string): Value | undefined {
    return this.#source.get(key)
  }

  keys(): Iterable<string> {
    return this.#source.keys()
  }

  missing(key: string): string | undefined {
    return this.#source.missing?.(key)
  }
}

export function isRecord(value: unknown): value is ValueRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const proto: unknown = Object.getPrototypeOf(value)
  return proto === null || proto === Object.prototype
}

export function isList(value: unknown): value is readonly Value[] {
  return Array.isArray(value)
}

/** A record with a null prototype, from entries. */
export function record(entries: Iterable<readonly [string, Value]>): ValueRecord {
  const out: Record<string, Value> = emptyRecord()
  for (const [key, value] of entries) out[key] = value
  return out
}

/** A fresh, mutable record with a null prototype. */
export function emptyRecord(): Record<string, Value> {
  return { __proto__: null }
}

/** JSON-like data of any origin (facts, HTTP answers, `JSON.parse`) as Values: null-prototype records, no Templates. */
export function fromJson(data: unknown): Value {
  if (data === null || data === undefined) return null
  if (typeof data === 'string' || typeof data === 'boolean' || typeof data === 'number') return data
  if (typeof data === 'bigint') return Number(data)
  if (data instanceof Secret || data instanceof Unknown || data instanceof Float) return data
  if (Array.isArray(data)) return data.map(fromJson)
  if (typeof data === 'object') return record(Object.entries(data).map(([key, value]) => [key, fromJson(value)] as const))
  return null
}

/** Plain JSON data for printing and for schemas: Floats become numbers, Secrets stay `***` unless revealed, Templates their text. */
export function toPlain(value: Value, secrets: 'mask' | 'reveal' | 'keep' = 'mask'): unknown {
  if (value instanceof Float) return value.value
  if (value instanceof Secret) return secrets === 'keep' ? value : secrets === 'reveal' ? value.reveal() : '***'
  if (value instanceof Unknown) return value.toString()
  if (value instanceof Template) return value.text
  if (value instanceof Omit) return undefined
  if (value instanceof LazyRecord)
    return Object.fromEntries([...value.keys()].map((key) => [key, toPlain(value.get(key) ?? null, secrets)]))
  if (isList(value)) return value.map((item) => toPlain(item, secrets))
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toPlain(item, secrets)]))
  return value
}

/** The first Unknown found anywhere inside, or undefined. */
export function findUnknown(value: Value): Unknown | undefined {
  if (value instanceof Unknown) return value
  if (isList(value)) return firstUnknown(value)
  if (isRecord(value)) return firstUnknown(Object.values(value))
  return undefined
}

function firstUnknown(values: readonly Value[]): Unknown | undefined {
  for (const value of values) {
    const found = findUnknown(value)
    if (found !== undefined) return found
  }
  return undefined
}
