import { join } from 'node:path'
import { isFolder } from '../base/paths.ts'
import { isList, type Value } from '../base/value.ts'
import { qualifiedName } from '../load/collections.ts'
import type { Node } from '../load/node.ts'
import type { FoundRole } from '../load/role.ts'
import { type Compiler, type Frame, syntaxError } from './_compiler.ts'
import type { RoleRef } from './types.ts'

/** The two that are no folders: our own modules, and these with the user's in front. */
export const BUILTIN: ReadonlySet<string> = new Set(['ansible.builtin', 'ansible.legacy'])

/** The names that a `collections` keyword or entry of a role's metadata gives. */
export function collectionNames({ value, source }: Node): readonly string[] {
  const names = namesIn(value)
  if (names !== undefined) return names
  throw syntaxError("'collections' must be a list of names such as community.general", source)
}

function namesIn(value: Value): readonly string[] | undefined {
  if (value === null) return []
  if (typeof value === 'string') return value.split(',').map((name) => name.trim())
  if (!isList(value)) return undefined
  const names = value.filter((name) => typeof name === 'string')
  return names.length === value.length ? names : undefined
}

/** What a list of collections comes to: the playbook's own in front, what has no collection at the end. */
export function searchList(names: readonly string[], own: string | undefined): readonly string[] {
  const all = own === undefined || names.includes(own) ? names : [own, ...names]
  return all.length === 0 || all.some((name) => BUILTIN.has(name)) ? all : [...all, 'ansible.legacy']
}

/** A role looks in its own collection first, and inherits nothing of the play's list. */
export function roleSearchList(
  { collection }: Pick<RoleRef, 'collection'>,
  names: readonly string[],
  play: string | undefined,
): readonly string[] {
  if (collection === undefined || names.some((name) => BUILTIN.has(name))) return searchList(names, collection ?? play)
  return searchList([...names, 'ansible.builtin'], collection)
}

/** The folder of a role that a collection has: one that is named with it, or one that the search list leads to. */
export function findCollectionRole({ collections }: Compiler, { keywords, play }: Frame, name: string): FoundRole | undefined {
  const qualified = qualifiedName(name)
  const candidates = qualified === undefined ? (/^\w+$/.test(name) ? keywords.collections : []) : [qualified.collection]
  const parts = qualified?.path ?? [name]
  for (const collection of candidates) {
    const root = collections.find(collection, play.playbookDir)?.path
    const path = root === undefined ? undefined : join(root, 'roles', ...parts)
    if (path !== undefined && isFolder(path)) return { name: parts.at(-1) ?? name, collection, path }
  }
  return undefined
}
