import { dirname, join } from 'node:path'
import { fromJson, type Value, type ValueRecord } from '../base/value.ts'
import type { Scope } from '../template/scope.ts'
import type { Groups, HostData } from './_groups.ts'
import type { VarsFolders } from './_vars-dir.ts'
import type { VarLayer, VarMap } from './layer.ts'
import { createScope } from './vars.ts'

/** What is known of hosts while inventories are still read. */
export interface HostSight {
  readonly groups: Groups
  /** Folders of the sources read so far: their group_vars/ and host_vars/. */
  readonly dirs: readonly string[]
  readonly folders: VarsFolders
  /** Facts of earlier runs. */
  readonly facts: (host: string) => ValueRecord | undefined
  readonly extraVars: VarMap
}

interface Wanted {
  /** group_vars/ and host_vars/ beside the inventories. */
  readonly folders: boolean
  readonly extra: boolean
}

/** A host's variables, those of its groups below them. */
export function hostScope(name: string, sight: HostSight, wanted: Wanted): Scope {
  const { groups, dirs, folders } = sight
  const host = groups.host(name)
  const ranked = groups.ranked(groups.withAncestors(name))
  const beside = (kind: string, entry: string): readonly VarMap[] =>
    wanted.folders ? dirs.map((dir) => folders.vars(join(dir, kind), entry)) : []
  const layers: VarLayer[] = [
    ...ranked.map((group): VarLayer => ({ layer: 'inventory file group vars', vars: groups.group(group).vars })),
    ...ranked.flatMap((group) => beside('group_vars', group).map((vars): VarLayer => ({ layer: 'inventory group_vars', vars }))),
    { layer: 'inventory file host vars', vars: host.vars },
    ...beside('host_vars', name).map((vars): VarLayer => ({ layer: 'inventory host_vars', vars })),
    { layer: 'facts', vars: factVars(sight.facts(name)) },
    ...(wanted.extra ? [{ layer: 'extra vars', vars: sight.extraVars } as const] : []),
  ]
  return createScope(layers, magicOf(host, groups))
}

function factVars(facts: ValueRecord | undefined): VarMap {
  return new Map(Object.entries(facts ?? {}).map(([name, value]) => [name, { value: fromJson(value) }] as const))
}

/** The few that exist before there is a run. */
function magicOf({ name, origin }: HostData, groups: Groups): Scope {
  const known = new Map<string, Value>([
    ['inventory_hostname', name],
    ['inventory_hostname_short', name.split('.')[0] ?? name],
    ['group_names', groups.withAncestors(name).filter((group) => group !== 'all')],
    ['inventory_file', origin ?? null],
    ['inventory_dir', folderOf(origin) ?? null],
  ])
  return {
    get(variable) {
      const value = known.get(variable)
      return value === undefined ? undefined : { value, layer: 'magic variable' }
    },
    names: () => known.keys(),
  }
}

/** The folder of a file; none of a list of hosts. */
export function folderOf(origin: string | undefined): string | undefined {
  return origin?.startsWith('/') === true ? dirname(origin) : undefined
}
