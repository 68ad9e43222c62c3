import { join } from 'node:path'
import { isList, isRecord, type Value } from '../base/value.ts'
import type { GroupData, Groups } from './_groups.ts'
import type { VarsFolders } from './_vars-dir.ts'
import type { Inventory } from './inventory-types.ts'
import type { LayerName, VarLayer, VarMap } from './layer.ts'
import { matchPattern } from './pattern.ts'

export interface LoadedParts {
  readonly groups: Groups
  /** Folders with group_vars/ and host_vars/, weakest first. */
  readonly inventoryDirs: readonly string[]
  readonly playbookDirs: readonly string[]
  readonly folders: VarsFolders
  readonly sources: readonly string[]
}

/** What stands for a `localhost` that no inventory names. */
const IMPLICIT_LOCALHOST: VarMap = new Map([['ansible_connection', { value: 'local' }]])
const LOCALHOST = ['localhost', '127.0.0.1', '::1']

export class LoadedInventory implements Inventory {
  readonly sources: readonly string[]
  readonly #parts: LoadedParts
  readonly #groups: Groups
  readonly #hostsOf = new Map<string, readonly string[]>()
  readonly #groupsOf = new Map<string, readonly string[]>()
  readonly #layers = new Map<string, readonly VarLayer[]>()

  constructor(parts: LoadedParts) {
    this.sources = parts.sources
    this.#parts = parts
    this.#groups = parts.groups
  }

  get hosts(): readonly string[] {
    return [...this.#groups.hosts.keys()]
  }

  get groups(): readonly string[] {
    return [...this.#groups.groups.keys()]
  }

  hasHost(name: string): boolean {
    return this.#groups.hosts.has(name)
  }

  hostsOf(group: string): readonly string[] | undefined {
    if (!this.#groups.groups.has(group)) return undefined
    return remember(this.#hostsOf, group, () => this.#hostsBelow(group))
  }

  groupsOf(host: string): readonly string[] {
    return remember(this.#groupsOf, host, () => {
      const own = [...(this.#groups.hosts.get(host)?.groups ?? [])]
      const all = new Set([...own, ...own.flatMap((group) => [...this.#groups.ancestors(group)])])
      all.delete('all')
      return [...all].sort()
    })
  }

  childrenOf(group: string): readonly string[] {
    return [...(this.#groups.groups.get(group)?.children ?? [])]
  }

  membersOf(group: string): readonly string[] {
    return [...(this.#groups.groups.get(group)?.hosts ?? [])]
  }

  ownLayersOfGroup(group: string): readonly VarLayer[] {
    const { inventoryDirs, playbookDirs } = this.#parts
    const data = this.#groups.groups.get(group)
    const priority: VarMap = new Map(
      data === undefined || data.priority === 1 ? [] : [['ansible_group_priority', { value: data.priority }] as const],
    )
    return [
      layer('inventory file group vars', data?.vars ?? new Map()),
      ...this.#folderVars(inventoryDirs, 'group_vars', [group], 'inventory group_vars'),
      ...this.#folderVars(playbookDirs, 'group_vars', [group], 'playbook group_vars'),
      layer('playbook group_vars', priority),
    ]
  }

  ownLayersOf(host: string): readonly VarLayer[] {
    const { inventoryDirs, playbookDirs } = this.#parts
    return [
      layer('inventory file host vars', this.#groups.hosts.get(host)?.vars ?? new Map()),
      ...this.#folderVars(inventoryDirs, 'host_vars', [host], 'inventory host_vars'),
      ...this.#folderVars(playbookDirs, 'host_vars', [host], 'playbook host_vars'),
    ]
  }

  layersOf(host: string): readonly VarLayer[] {
    return remember(this.#layers, host, () => this.#makeLayers(host))
  }

  select(pattern: string | readonly string[]): readonly string[] {
    return matchPattern(pattern, this).hosts
  }

  unmatched(pattern: string | readonly string[]): readonly string[] {
    return matchPattern(pattern, this).unmatched
  }

  addHost(name: string, groups: readonly string[], vars: VarLayer): 'added' | 'changed' | 'same' {
    const known = this.#groups.hosts.get(name)
    const host = this.#groups.host(name)
    const grouped = groups.filter((group) => !host.groups.has(group))
    const changed = [...vars.vars].filter(([key, entry]) => !sameValue(host.vars.get(key)?.value, entry.value))
    for (const group of grouped) this.#groups.addHost(name, group)
    for (const [key, entry] of changed) host.vars.set(key, entry)
    if (known !== undefined && grouped.length === 0 && changed.length === 0) return 'same'
    this.#settle()
    return known === undefined ? 'added' : 'changed'
  }

  addGroup(name: string, host: string, parents: readonly string[]): 'changed' | 'same' {
    const before = this.#groups.hosts.get(host)?.groups.has(name) === true
    const missing = parents.filter((parent) => this.#groups.groups.get(parent)?.children.has(name) !== true)
    for (const parent of missing) this.#groups.addChild(parent, name)
    if (before && missing.length === 0) return 'same'
    this.#groups.addHost(host, name)
    this.#settle()
    return 'changed'
  }

  #settle(): void {
    this.#groups.settle()
    this.#hostsOf.clear()
    this.#groupsOf.clear()
    this.#layers.clear()
  }

  #hostsBelow(group: string): readonly string[] {
    return [...new Set([...this.#groups.descendants(group)].flatMap((name) => [...(this.#groups.groups.get(name)?.hosts ?? [])]))]
  }

  #makeLayers(host: string): readonly VarLayer[] {
    const groups = this.#ranked(host)
    const { inventoryDirs, playbookDirs } = this.#parts
    const own = this.#groups.hosts.get(host)
    const isImplicit = own === undefined && LOCALHOST.includes(host)
    return [
      ...['all', ...groups].map((name) => layer('inventory file group vars', this.#groups.group(name).vars)),
      ...this.#folderVars(inventoryDirs, 'group_vars', ['all'], 'inventory group_vars/all'),
      ...this.#folderVars(playbookDirs, 'group_vars', ['all'], 'playbook group_vars/all'),
      ...this.#folderVars(inventoryDirs, 'group_vars', groups, 'inventory group_vars'),
      ...this.#folderVars(playbookDirs, 'group_vars', groups, 'playbook group_vars'),
      layer('inventory file host vars', own?.vars ?? (isImplicit ? IMPLICIT_LOCALHOST : new Map())),
      ...this.#folderVars(inventoryDirs, 'host_vars', [host], 'inventory host_vars'),
      ...this.#folderVars(playbookDirs, 'host_vars', [host], 'playbook host_vars'),
    ].filter(({ vars }) => vars.size > 0)
  }

  #folderVars(dirs: readonly string[], kind: 'group_vars' | 'host_vars', names: readonly string[], name: LayerName): readonly VarLayer[] {
    return names.flatMap((entry) => dirs.map((dir) => layer(name, this.#parts.folders.vars(join(dir, kind), entry))))
  }

  /** Weakest first: by depth, then `ansible_group_priority`, then name. */
  #ranked(host: string): readonly string[] {
    const groups = this.groupsOf(host).map((name) => this.#groups.group(name))
    const key = (group: GroupData): number => this.#groups.depth(group.name)
    return groups.sort((a, b) => key(a) - key(b) || a.priority - b.priority || (a.name < b.name ? -1 : 1)).map(({ name }) => name)
  }
}

function layer(name: LayerName, vars: VarMap): VarLayer {
  return { layer: name, vars }
}

function remember<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const known = cache.get(key)
  if (known !== undefined) return known
  const made = make()
  cache.set(key, made)
  return made
}

function sameValue(a: Value | undefined, b: Value): boolean {
  if (a === b) return true
  if (a === undefined) return false
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, at) => sameValue(item, b[at] ?? null))
  if (!isRecord(a) || !isRecord(b)) return false
  const keys = Object.keys(b)
  return Object.keys(a).length === keys.length && keys.every((key) => sameValue(a[key], b[key] ?? null))
}
