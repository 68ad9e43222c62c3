import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { RunnerError } from '../base/error.ts'
import { isList, isRecord, type Value } from '../base/value.ts'
import type { Node } from './node.ts'
import { readSource } from './source-file.ts'
import { writtenText } from './text.ts'
import { parseYaml } from './yaml.ts'

/** What meta/runtime.yml of a collection says about its modules. */
export interface CollectionRuntime {
  /** Releases of the language that the collection is made for, as `>=2.15,<3`. */
  readonly requires: string | undefined
  /** By the module's name in the collection. */
  readonly routes: ReadonlyMap<string, Route>
  readonly groups: ReadonlyMap<string, ActionGroup>
}

/** Where a name of a module leads. */
export interface Route {
  /** The qualified name that stands for it. */
  readonly redirect: string | undefined
  readonly deprecation: Notice | undefined
  /** It is there no more. */
  readonly tombstone: Notice | undefined
}

export interface Notice {
  readonly text: string
  readonly version: string | undefined
  readonly date: string | undefined
}

/** Modules that `module_defaults` can name together. */
export interface ActionGroup {
  readonly actions: readonly string[]
  /** Groups whose modules belong to it too. */
  readonly extends: readonly string[]
}

export const NO_RUNTIME: CollectionRuntime = { requires: undefined, routes: new Map(), groups: new Map() }

export function readRuntime(collection: string): CollectionRuntime {
  const file = join(collection, 'meta', 'runtime.yml')
  const root = existsSync(file) ? parseYaml(readSource(file)) : undefined
  if (root === undefined) return NO_RUNTIME
  if (root.entries === undefined) throw new RunnerError('syntax', 'meta/runtime.yml of a collection is a mapping', { source: root.source })
  const plugins = child(root, 'plugin_routing')
  const routes = new Map(routesIn(child(plugins, 'modules')))
  const requires = child(root, 'requires_ansible')?.value
  return { requires: typeof requires === 'string' ? requires : undefined, routes, groups: groupsIn(child(root, 'action_groups')) }
}

function child(node: Node | undefined, name: string): Node | undefined {
  return node?.entries?.get(name)?.node
}

function routesIn(node: Node | undefined): readonly (readonly [string, Route])[] {
  return [...(node?.entries ?? [])].map(([name, { node: route }]) => [
    name,
    {
      redirect: textOf(child(route, 'redirect')),
      deprecation: noticeOf(child(route, 'deprecation')),
      tombstone: noticeOf(child(route, 'tombstone')),
    },
  ])
}

function noticeOf(node: Node | undefined): Notice | undefined {
  if (node?.entries === undefined) return undefined
  return {
    text: textOf(child(node, 'warning_text')) ?? '',
    version: textOf(child(node, 'removal_version')),
    date: textOf(child(node, 'removal_date')),
  }
}

function textOf(node: Node | undefined): string | undefined {
  return node === undefined || node.value === null ? undefined : writtenText(node.value)
}

function groupsIn(node: Node | undefined): ReadonlyMap<string, ActionGroup> {
  return new Map(
    [...(node?.entries ?? [])].map(([name, { node: list }]) => {
      const items = isList(list.value) ? list.value : []
      const metadata = items.find(isRecord)?.['metadata']
      return [name, { actions: items.filter((item) => typeof item === 'string'), extends: extended(metadata ?? null) }] as const
    }),
  )
}

function extended(metadata: Value): readonly string[] {
  const groups = isRecord(metadata) ? metadata['extend_group'] : undefined
  if (typeof groups === 'string') return [groups]
  return groups !== undefined && isList(groups) ? groups.filter((group) => typeof group === 'string') : []
}
