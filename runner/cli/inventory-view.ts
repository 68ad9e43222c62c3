import { isList, isRecord, record, Template, type Value, type ValueRecord } from '../base/value.ts'
import type { Inventory } from '../load/inventory-types.ts'
import type { VarLayer, VarMap } from '../load/layer.ts'
import { createScope } from '../load/vars.ts'
import { str } from '../template/runtime/text.ts'

/** What is shown of an inventory. */
export interface InventoryView {
  readonly inventory: Inventory
  readonly extraVars: VarMap
  /** Facts of earlier runs. */
  readonly facts: (host: string) => ValueRecord | undefined
  /** What `--limit` leaves. */
  readonly available: ReadonlySet<string>
  /** Each variable where it was set, not where it counts. */
  readonly asWritten: boolean
}

/** The form of dynamic inventory scripts: groups, and the variables of hosts below `_meta`. */
export function listing(view: InventoryView): Value {
  const groups = new Map<string, Value>()
  addGroup(view, 'all', groups)
  const hosts = [...view.available].map((host) => [host, hostVars(view, host)] as const)
  const hostvars = record(hosts.filter(([, vars]) => Object.keys(vars).length > 0))
  return record([
    ['_meta', record([['hostvars', hostvars] as const, ['profile', 'inventory_legacy'] as const])],
    ...[...groups].filter(([, group]) => Object.keys(group ?? {}).length > 0),
  ])
}

/** Each group is said once, where it is first met. */
function addGroup(view: InventoryView, group: string, groups: Map<string, Value>): void {
  const { inventory, available, asWritten } = view
  const children = inventory.childrenOf(group)
  const hosts = group === 'all' ? [] : inventory.membersOf(group).filter((host) => available.has(host))
  groups.set(group, filled({ hosts, children, ...(asWritten ? { vars: groupVars(view, group) } : {}) }))
  for (const child of children) if (!groups.has(child)) addGroup(view, child, groups)
}

/** The form of YAML inventories: groups within groups, the variables of a host where it is first met. */
export function nested(view: InventoryView): Value {
  const seen = { hosts: new Set<string>(), groups: new Set<string>() }
  const inner = nestedGroup(view, 'all', seen)
  return record(inner === undefined ? [] : [['all', inner]])
}

interface Seen {
  readonly hosts: Set<string>
  readonly groups: Set<string>
}

function nestedGroup(view: InventoryView, group: string, seen: Seen): Value | undefined {
  const children = view.inventory.childrenOf(group).flatMap((child): readonly (readonly [string, Value])[] => {
    if (seen.groups.has(child)) return [[child, record([])]]
    const inner = nestedGroup(view, child, seen)
    seen.groups.add(child)
    return inner === undefined ? [] : [[child, inner]]
  })
  const parts = filled({
    children: record(children),
    hosts: record(hostEntries(view, group, seen.hosts)),
    ...(view.asWritten ? { vars: groupVars(view, group) } : {}),
  })
  return Object.keys(parts).length === 0 ? undefined : parts
}

/** The form of TOML inventories: a table a group, the inner ones first. */
export function tables(view: InventoryView): Value {
  const groups = new Map<string, Value>()
  const seen = new Set<string>()
  const add = (group: string): void => {
    const children = view.inventory
      .childrenOf(group)
      .filter((child) => child !== 'ungrouped' || view.inventory.membersOf('ungrouped').length > 0)
    for (const child of children) if (!groups.has(child)) add(child)
    const parts = filled({
      children: group === 'all' ? [] : children,
      hosts: record(hostEntries(view, group, seen)),
      ...(view.asWritten ? { vars: groupVars(view, group) } : {}),
    })
    groups.set(group, parts)
  }
  add('all')
  return record([...groups].filter(([, parts]) => Object.keys(parts ?? {}).length > 0))
}

function hostEntries(view: InventoryView, group: string, seen: Set<string>): readonly (readonly [string, Value])[] {
  if (group === 'all') return []
  const members = view.inventory.membersOf(group).filter((host) => view.available.has(host))
  return members.map((host) => {
    const known = seen.has(host)
    seen.add(host)
    return [host, known ? record([]) : hostVars(view, host)] as const
  })
}

/** The tree of groups and hosts; with `vars` their variables. */
export function graph(view: InventoryView, group: string, vars: boolean, depth = 0): readonly string[] {
  const { inventory } = view
  const line = (text: string, at: number): string => (at === 0 ? text : `${'  |'.repeat(at)}--${text}`)
  const shown = (values: Readonly<Record<string, Value>>, at: number): readonly string[] =>
    vars
      ? Object.keys(values)
          .sort()
          .map((name) => line(`{${name} = ${str(values[name] ?? null)}}`, at))
      : []
  const hosts = group === 'all' ? [] : inventory.membersOf(group)
  return [
    line(`@${group}:`, depth),
    ...inventory.childrenOf(group).flatMap((child) => graph(view, child, vars, depth + 1)),
    ...hosts.flatMap((host) => [line(host, depth + 1), ...shown(hostVars(view, host), depth + 2)]),
    ...shown(groupVars(view, group), depth + 1),
  ]
}

export function hostVars({ inventory, extraVars, asWritten, facts }: InventoryView, host: string): Readonly<Record<string, Value>> {
  if (asWritten) return merged(inventory.ownLayersOf(host))
  const cached = new Map(Object.entries(facts(host) ?? {}).map(([name, value]) => [name, { value }] as const))
  return merged([...inventory.layersOf(host), { layer: 'facts', vars: cached }, { layer: 'extra vars', vars: extraVars }])
}

function groupVars({ inventory }: InventoryView, group: string): Readonly<Record<string, Value>> {
  return merged(inventory.ownLayersOfGroup(group))
}

function merged(layers: readonly VarLayer[]): Readonly<Record<string, Value>> {
  const scope = createScope(layers)
  return record([...scope.names()].sort().map((name) => [name, written(scope.get(name)?.value ?? null)] as const))
}

/** Templates are shown as they were written. */
function written(value: Value): Value {
  if (value instanceof Template) return value.text
  if (isList(value)) return value.map(written)
  return isRecord(value) ? record(Object.entries(value).map(([key, item]) => [key, written(item)] as const)) : value
}

/** Without empty parts. */
function filled(parts: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return record(Object.entries(parts).filter(([, part]) => part !== null && Object.keys(part).length > 0))
}
