import { didYouMean } from '../base/did-you-mean.ts'
import { RunnerError } from '../base/error.ts'
import type { Groups } from './_groups.ts'
import { hostNames } from './_inventory-ini.ts'
import type { Entry, Node } from './node.ts'
import { varMap } from './vars.ts'
import type { Warn } from './warn.ts'

interface Reader {
  readonly groups: Groups
  readonly warn: Warn
}

/** A TOML inventory: a table a group, with tables `hosts` and `vars` and a list `children`. */
export function readTomlInventory(root: Node, reader: Reader): void {
  const entries = root.entries ?? new Map<string, Entry>()
  if (entries.size === 0)
    throw new RunnerError('inventory', 'the TOML inventory is empty', { source: root.source, hint: 'begin with a table: [GROUP.hosts]' })
  const plugin = entries.get('plugin')
  if (plugin !== undefined)
    throw new RunnerError('inventory', 'inventory plugins are configured in YAML, not in TOML', {
      source: plugin.key,
      hint: 'write a file NAME.yml with plugin: …',
    })
  for (const [name, entry] of entries) readGroup(name, entry, reader)
}

const PARTS = ['hosts', 'vars', 'children']

function readGroup(name: string, { key, node }: Entry, reader: Reader): void {
  const { groups, warn } = reader
  if (node.entries === undefined) {
    warn(`"${name}" is ignored: a group is a table`, key, `write [${name}.hosts] or [${name}.vars]`)
    return
  }
  groups.group(name)
  for (const [part, entry] of node.entries) {
    if (part === 'vars') groups.setGroupVars(name, varMap(table(name, part, entry)))
    else if (part === 'children') readChildren(name, entry, groups)
    else if (part === 'hosts') readHosts(name, table(name, part, entry), groups)
    else warn(`"${part}" in group "${name}" is ignored: a group has only hosts, vars and children`, entry.key, didYouMean(part, PARTS))
  }
}

function readChildren(group: string, { node }: Entry, groups: Groups): void {
  if (node.items === undefined)
    throw new RunnerError('inventory', `the children of "${group}" must be a list`, { source: node.source, hint: 'children = ["a", "b"]' })
  for (const { value, source } of node.items) {
    if (typeof value !== 'string') throw new RunnerError('inventory', 'the names of groups are texts', { source })
    if (!groups.addChild(group, value)) throw new RunnerError('inventory', `the group "${value}" would contain itself`, { source })
  }
}

function readHosts(group: string, hosts: Node, groups: Groups): void {
  for (const [pattern, { key, node }] of hosts.entries ?? []) {
    const vars = varMap(table(pattern, undefined, { key, node }))
    for (const { name, port } of hostNames(pattern, key)) {
      const host = groups.addHost(name, group)
      if (port !== undefined) host.vars.set('ansible_port', { value: port, source: key })
      for (const [variable, value] of vars) host.vars.set(variable, value)
    }
  }
}

function table(owner: string, part: string | undefined, { node }: Entry): Node {
  if (node.entries !== undefined) return node
  throw new RunnerError('inventory', `${part === undefined ? `"${owner}"` : `the ${part} of "${owner}"`} must be a table`, {
    source: node.source,
    hint: part === undefined ? `${owner} = {} is a host without variables` : `write [${owner}.${part}]`,
  })
}
