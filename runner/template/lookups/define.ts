import { fail } from '../runtime/errors.ts'
import type { Run } from '../runtime/run.ts'
import { str, typeName } from '../runtime/text.ts'
import { isValList, type Val } from '../runtime/types.ts'
import { iterate, numeric, plainText, truthy } from '../runtime/values.ts'

/** The keyword arguments of a lookup, checked against the names it knows. */
export class Options {
  readonly #values: ReadonlyMap<string, Val>

  constructor(name: string, known: readonly string[], values: ReadonlyMap<string, Val>) {
    for (const key of values.keys())
      if (!known.includes(key))
        fail(`the lookup '${name}' has no option '${key}'`, known.length === 0 ? 'it takes none' : `it takes ${known.join(', ')}`)
    this.#values = values
  }

  get(name: string): Val | undefined {
    return this.#values.get(name)
  }

  text(name: string, fallback: string): string {
    const value = this.#values.get(name)
    return value === undefined ? fallback : str(value)
  }

  number(name: string, fallback: number): number {
    const value = this.#values.get(name)
    return value === undefined ? fallback : (numeric(value) ?? Number(str(value)))
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.#values.get(name)
    const text = value === undefined ? undefined : plainText(value)?.toLowerCase()
    return text === undefined ? (value === undefined ? fallback : truthy(value)) : ['yes', 'true', 'on', '1', 'y', 't'].includes(text)
  }

  list(name: string): readonly string[] {
    const value = this.#values.get(name)
    return value === undefined ? [] : isValList(value) ? value.map(str) : str(value).split(',')
  }
}

export interface Lookup {
  readonly options: readonly string[]
  readonly run: (terms: readonly Val[], options: Options, run: Run) => readonly Val[]
}

/** A lookup whose terms are each one text. */
export function perTerm(options: readonly string[], one: (term: string, options: Options, run: Run) => readonly Val[]): Lookup {
  return { options, run: (terms, given, run) => terms.flatMap((term) => one(termText(term), given, run)) }
}

export function termText(term: Val): string {
  return plainText(term) ?? fail(`a lookup term must be a string, not ${typeName(term)}`)
}

/** Lists inside a list of terms, one level, as `with_items` flattens them. */
export function flattened(terms: readonly Val[]): Val[] {
  return terms.flatMap((term) => (isValList(term) ? [...iterate(term)] : [term]))
}

/** A file as seen from the task, or an error that names it. */
export function findFile(kind: 'files' | 'templates' | 'vars', name: string, run: Run): string {
  return (
    run.renderer.host.findFile(kind, name, run.scope) ??
    fail(`Unable to access the file '${name}': File not found.`, `put it into the ${kind} folder of the role or beside the playbook`)
  )
}

/** `name key=value key=value` with quotes, as the older lookups take their options. */
export function splitParams(term: string): { readonly rest: string; readonly params: ReadonlyMap<string, string> } {
  const params = new Map<string, string>()
  const rest = term.replace(/(?:^|\s)(\w+)=("[^"]*"|'[^']*'|\S*)/g, (_all, key: string, value: string) => {
    params.set(key, value.replace(/^(['"])(.*)\1$/, '$2'))
    return ''
  })
  return { rest: rest.trim(), params }
}
