import { RunnerError } from '../base/error.ts'
import type { VarEntry, VarMap } from './layer.ts'

export interface HostData {
  readonly name: string
  readonly vars: Map<string, VarEntry>
  readonly groups: Set<string>
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

  constructor() {
    this.group('all')
    this.addChild('all', 'ungrouped')
  }

  group(name: string): GroupData {
    const found = this.groups.get(name)
    if (found !== undefined) return found
    const made: GroupData = { name, vars: new Map(), children: new Set(), parents: new Set(), hosts: new Set(), priority: 1 }
    this.groups.set(name, made)
    return made
  }

  host(name: string): HostData {
    const found = this.hosts.get(name)
    if (found !== undefined) return found
    const made: HostData = { name, vars: new Map(), groups: new Set() }
    this.hosts.set(name, made)
    return made
  }

  addHost(name: string, group: string): HostData {
    const host = this.host(name)
    if (group === 'all') return host
    host.groups.add(group)
    this.group(group).hosts.add(name)
    return host
  }

  /** False where the child is an ancestor of the parent: groups cannot contain themselves. */
  addChild(parent: string, child: string): boolean {
    if (parent === child || this.ancestors(parent).has(child)) return false
    this.group(parent).children.add(child)
    this.group(child).parents.add(parent)
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

function priorityOf(group: string, { value, source }: VarEntry): number {
  const priority = typeof value === 'number' ? value : typeof value === 'string' ? Number.parseInt(value, 10) : Number.NaN
  if (Number.isInteger(priority)) return priority
  throw new RunnerError('inventory', `ansible_group_priority of "${group}" must be a whole number`, { source })
}
