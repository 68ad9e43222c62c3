import { join } from 'node:path'
import { RunnerError } from '../base/error.ts'
import { isList, isRecord, type Value } from '../base/value.ts'
import type { Groups } from './_groups.ts'
import type { VarsFolders } from './_vars-dir.ts'
import type { InventorySettings } from './inventory-settings.ts'
import type { Inventory } from './inventory-types.ts'
import type { LayerName, VarLayer, VarMap } from './layer.ts'
import { matchPattern } from './pattern.ts'

/** What was read of the sources. */
export interface ReadInventory {
  readonly groups: Groups
  readonly sources: readonly string[]
}

export interface LoadedParts {
  /** Folders with group_vars/ and host_vars/, weakest first. */
  readonly inventoryDirs: readonly string[]
  readonly playbookDirs: readonly string[]
  readonly folders: VarsFolders
  readonly mismatch: InventorySettings['mismatch']
  /** Reads the sources anew. */
  readonly readAgain: () => Promise<ReadInventory>
}

/** What stands for a `localhost` that no inventory names. */
const IMPLICIT_LOCALHOST: VarMap = new Map([['ansible_connection', { value: 'local' }]])
const LOCALHOST = ['localhost', '127.0.0.1', '::1']

export class LoadedInventory implements Inventory {
  #read: ReadInventory
  readonly #parts: LoadedParts
  /** What tasks have added, to add it again. */
  readonly #added: (() => void)[] = []
  readonly #hostsOf = new Map<string, readonly string[]>()
  readonly #groupsOf = new Map<string, readonly string[]>()
  readonly #layers = new Map<string, readonly VarLayer[]>()

  constructor(read: ReadInventory, parts: LoadedParts) {
    this.#read = read
    this.#parts = parts
  }

  get sources(): readonly string[] {
    return this.#read.sources
  }

  get #groups(): Groups {
    return this.#read.groups
  }

  async refresh(): Promise<void> {
    this.#read = await this.#parts.readAgain()
    for (const add of this.#added) add()
    this.#settle()
  }

  originOf(host: string): string | undefined {
    return this.#groups.hosts.get(host)?.origin
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
    return remember(this.#groupsOf, host, () => this.#groups.withAncestors(host).filter((group) => group !== 'all'))
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
    const { mismatch } = this.#parts
    if (mismatch === 'ignore') return []
    const { unmatched } = matchPattern(pattern, this)
    const [first] = unmatched
    if (first === undefined || mismatch === 'warning') return unmatched
    throw new RunnerError('inventory', `Could not match supplied host pattern, ignoring: ${first}`, {
      hint: 'host_pattern_mismatch is error; run inventory --graph shows groups and hosts',
    })
  }

  addHost(name: string, groups: readonly string[], vars: VarLayer): 'added' | 'changed' | 'same' {
    this.#added.push(() => this.#addHost(name, groups, vars))
    return this.#addHost(name, groups, vars)
  }

  #addHost(name: string, groups: readonly string[], vars: VarLayer): 'added' | 'changed' | 'same' {
    const known = this.#groups.hosts.get(name)
    const host = known ?? this.#groups.addHost(name, 'all')
    const grouped = groups.filter((group) => !host.groups.has(this.#groups.group(group).name))
    const changed = [...vars.vars].filter(([key, entry]) => !sameValue(host.vars.get(key)?.value, entry.value))
    for (const group of grouped) this.#groups.addHost(name, group)
    for (const [key, entry] of changed) host.vars.set(key, entry)
    if (known !== undefined && grouped.length === 0 && changed.length === 0) return 'same'
    this.#settle()
    return known === undefined ? 'added' : 'changed'
  }

  addGroup(name: string, host: string, parents: readonly string[]): 'changed' | 'same' {
    this.#added.push(() => {
      if (this.#groups.hosts.has(host)) this.#addGroup(name, host, parents)
    })
    return this.#addGroup(name, host, parents)
  }

  #addGroup(name: string, host: string, parents: readonly string[]): 'changed' | 'same' {
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
    const groups = this.#groups.ranked(this.groupsOf(host))
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
