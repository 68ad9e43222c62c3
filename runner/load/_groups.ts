import { RunnerError } from '../base/error.ts'
import type { GroupCharacters } from './inventory-settings.ts'
import type { VarEntry, VarMap } from './layer.ts'

export interface HostData {
  readonly name: string
  readonly vars: Map<string, VarEntry>
  readonly groups: Set<string>
  /** Where the host was first named: a file's path, or a list of hosts. */
  readonly origin: string | undefined
}

export interface GroupData {
  readonly name: string
  readonly vars: Map<string, VarEntry>
  readonly children: Set<string>
  readonly parents: Set<string>
  readonly hosts: Set<string>
  priority: number
}

/** Groups of groups and hosts while they are read and when `add_host` adds to them. `all` and `ungrouped` always exist. */
export class Groups {
  readonly hosts = new Map<string, HostData>()
  readonly groups = new Map<string, GroupData>()
  /** What is being read. */
  source: string | undefined
  readonly #characters: GroupCharacters
  /** A name of a group has characters that names of variables have not. */
  invalidNames = false

  constructor(characters: GroupCharacters = 'ignore') {
    this.#characters = characters
    this.group('all')
    this.addChild('all', 'ungrouped')
  }

  group(written: string): GroupData {
    const known = this.groups.get(written)
    if (known !== undefined) return known
    const name = this.#nameOf(written)
    const found = this.groups.get(name)
    if (found !== undefined) return found
    const made: GroupData = { name, vars: new Map(), children: new Set(), parents: new Set(), hosts: new Set(), priority: 1 }
    this.groups.set(name, made)
    return made
  }

  #nameOf(written: string): string {
    const safe = safeGroupName(written)
    if (safe === written) return written
    this.invalidNames = true
    return this.#characters === 'always' || this.#characters === 'silently' ? safe : written
  }

  host(name: string): HostData {
    const found = this.hosts.get(name)
    if (found !== undefined) return found
    const made: HostData = { name, vars: new Map(), groups: new Set(), origin: this.source }
    this.hosts.set(name, made)
    return made
  }

  /** A host that `all` itself names comes first among its hosts, but is in no group for that. */
  addHost(name: string, group: string): HostData {
    const host = this.host(name)
    const data = this.group(group)
    data.hosts.add(name)
    if (data.name !== 'all') host.groups.add(data.name)
    return host
  }

  /** False where the child is an ancestor of the parent: groups cannot contain themselves. */
  addChild(parent: string, child: string): boolean {
    const [above, below] = [this.group(parent), this.group(child)]
    if (above === below || this.ancestors(above.name).has(below.name)) return false
    above.children.add(below.name)
    below.parents.add(above.name)
    return true
  }

  setGroupVars(name: string, vars: VarMap): void {
    const group = this.group(name)
    for (const [key, entry] of vars) {
      if (key === 'ansible_group_priority') group.priority = priorityOf(name, entry)
      else group.vars.set(key, entry)
    }
  }

  /** A group's parents, theirs, and so on. */
  ancestors(name: string): Set<string> {
    const found = new Set<string>()
    const visit = (group: string): void => {
      for (const parent of this.groups.get(group)?.parents ?? []) {
        if (found.has(parent)) continue
        found.add(parent)
        visit(parent)
      }
    }
    visit(name)
    return found
  }

  /** The group and all groups below it, level by level: the order of a group's hosts. */
  descendants(name: string): Set<string> {
    const found = new Set<string>([name])
    for (const group of found) for (const child of this.groups.get(group)?.children ?? []) found.add(child)
    return found
  }

  /** All groups of a host with their ancestors, sorted; `all` only where the host or one of them is already in it. */
  withAncestors(host: string): readonly string[] {
    const own = [...(this.hosts.get(host)?.groups ?? [])]
    const inAll = this.groups.get('all')?.hosts.has(host) === true ? ['all'] : []
    return [...new Set([...inAll, ...own, ...own.flatMap((group) => [...this.ancestors(group)])])].sort()
  }

  /** Weakest first: by depth, then `ansible_group_priority`, then name. */
  ranked(names: readonly string[]): readonly string[] {
    const groups = names.map((name) => this.group(name))
    const depth = (group: GroupData): number => this.depth(group.name)
    return groups.sort((a, b) => depth(a) - depth(b) || a.priority - b.priority || (a.name < b.name ? -1 : 1)).map(({ name }) => name)
  }

  /** How far below `all` a group stands: deeper groups win. */
  depth(name: string): number {
    if (name === 'all') return 0
    const parents = [...(this.groups.get(name)?.parents ?? [])]
    return 1 + Math.max(0, ...parents.map((parent) => this.depth(parent)))
  }

  /** After reading: every group hangs below `all`, hosts without a group are `ungrouped`, others are not. */
  settle(): void {
    for (const group of this.groups.values()) if (group.name !== 'all' && group.parents.size === 0) this.addChild('all', group.name)
    const ungrouped = this.group('ungrouped')
    for (const host of this.hosts.values()) {
      const grouped = [...host.groups].some((group) => group !== 'ungrouped')
      if (!grouped) this.addHost(host.name, 'ungrouped')
      else if (host.groups.delete('ungrouped')) ungrouped.hosts.delete(host.name)
    }
  }
}

/** The name with an underscore for each character that names of variables have not. */
export function safeGroupName(name: string): string {
  return name.replace(/^\p{Nd}|[^\p{L}\p{N}_]/gu, '_')
}

function priorityOf(group: string, { value, source }: VarEntry): number {
  const priority = typeof value === 'number' ? value : typeof value === 'string' ? Number.parseInt(value, 10) : Number.NaN
  if (Number.isInteger(priority)) return priority
  throw new RunnerError('inventory', `ansible_group_priority of "${group}" must be a whole number`, { source })
}
