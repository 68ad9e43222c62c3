import { Unknown } from '../../base/value.ts'
import { fail } from './errors.ts'
import { typeName } from './text.ts'
import { type CallValues, Undefined, type Val } from './types.ts'
import { numeric, plainText, truthy } from './values.ts'

/** A call's arguments under the names of its parameters. `*name` takes the rest (names after it are given by name alone), `**name` further keywords. */
export class Args {
  readonly #values: ReadonlyMap<string, Val>
  readonly rest: readonly Val[]
  readonly extra: ReadonlyMap<string, Val>

  constructor(values: ReadonlyMap<string, Val>, rest: readonly Val[], extra: ReadonlyMap<string, Val>) {
    this.#values = values
    this.rest = rest
    this.extra = extra
  }

  has(name: string): boolean {
    return this.#values.has(name)
  }

  get(name: string): Val | undefined {
    return this.#values.get(name)
  }

  need(name: string): Val {
    const value = this.#values.get(name)
    if (value instanceof Undefined) throw value.error()
    return value === undefined ? fail(`missing required argument: '${name}'`) : value
  }

  text(name: string, fallback?: string): string {
    const value = this.#values.get(name)
    if (value === undefined || (value === null && fallback !== undefined)) return fallback ?? fail(`missing required argument: '${name}'`)
    if (value instanceof Undefined) throw value.error()
    return plainText(value) ?? fail(`argument '${name}' must be a string, not ${typeName(value)}`)
  }

  number(name: string, fallback?: number): number {
    const value = this.#values.get(name)
    if (value === undefined || (value === null && fallback !== undefined)) return fallback ?? fail(`missing required argument: '${name}'`)
    if (value instanceof Undefined) throw value.error()
    return numeric(value) ?? numberOf(plainText(value)) ?? fail(`argument '${name}' must be a number, not ${typeName(value)}`)
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.#values.get(name)
    return value === undefined ? fallback : truthy(value)
  }

  unknown(): Unknown | undefined {
    for (const value of this.all()) if (value instanceof Unknown) return value
    return undefined
  }

  *all(): Iterable<Val> {
    yield* this.#values.values()
    yield* this.rest
    yield* this.extra.values()
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*[-+]?\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined
}

/** Puts a call's arguments under parameter names; a wrong one is an error that names it. */
export function bind(what: string, params: readonly string[], call: CallValues): Args {
  const values = new Map<string, Val>()
  const plain = params.filter((name) => !name.startsWith('*'))
  const star = params.findIndex((name) => /^\*[^*]/.test(name))
  const places = star < 0 ? plain.length : star
  call.positional.slice(0, places).forEach((value, at) => values.set(plain[at] ?? '', value))
  const rest = call.positional.slice(places)
  if (rest.length > 0 && star < 0)
    fail(`${what} takes at most ${String(plain.length)} argument${plain.length === 1 ? '' : 's'}, ${String(call.positional.length)} given`)
  const extra = new Map<string, Val>()
  const open = params.some((name) => name.startsWith('**'))
  for (const [name, value] of call.named) {
    if (plain.includes(name)) values.set(name, value)
    else if (open) extra.set(name, value)
    else fail(`${what} has no argument '${name}'`, plain.length === 0 ? 'it takes none' : `it takes ${plain.join(', ')}`)
  }
  return new Args(values, rest, extra)
}
