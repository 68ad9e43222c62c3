import type { Source } from '../base/source.ts'
import type { Value } from '../base/value.ts'

/** A YAML node as Ansible reads it: its value (strings with braces are Templates) and where it was written. */
export interface Node {
  readonly value: Value
  readonly source: Source
  /** Of a mapping, in order. Keys are strings; a non-string key keeps its Python text (`1`, `True`). */
  readonly entries?: ReadonlyMap<string, Entry> | undefined
  /** Of a sequence. */
  readonly items?: readonly Node[] | undefined
}

export interface Entry {
  /** The place of the key. */
  readonly key: Source
  readonly node: Node
}
