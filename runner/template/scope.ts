import { formatSource, type Source } from '../base/source.ts'
import type { Value } from '../base/value.ts'

/** A variable as an expression sees it: its value (which may still hold Templates) and who set it. */
export interface Binding {
  readonly value: Value
  /** The precedence layer: `role defaults`, `play vars`, `extra vars` … */
  readonly layer: string
  readonly source?: Source | undefined
  /** Why it should be used no longer, and what to use instead. */
  readonly deprecated?: { readonly message: string; readonly hint: string } | undefined
}

/** Where a variable came from, for an error about its value. */
export function originLine(name: string, { layer, source }: Binding): string {
  return `'${name}' was set by ${layer}${source === undefined ? '' : ` at ${formatSource(source)}`}`
}

/** Where names get their values. */
export interface Scope {
  get(name: string): Binding | undefined
  names(): Iterable<string>
}

/** A scope with a few names in front of another: loop variables, macro arguments, `ansible_managed`. */
export function overlay(inner: ReadonlyMap<string, Binding>, outer: Scope): Scope {
  return {
    get: (name) => inner.get(name) ?? outer.get(name),
    *names() {
      yield* inner.keys()
      for (const name of outer.names()) if (!inner.has(name)) yield name
    },
  }
}

export const EMPTY_SCOPE: Scope = { get: () => undefined, names: () => [] }
