import { didYouMean } from '../base/did-you-mean.ts'
import { RunnerError } from '../base/error.ts'
import type { Groups } from './_groups.ts'
import { hostNames } from './_inventory-ini.ts'
import type { Entry, Node } from './node.ts'
import { varMap } from './vars.ts'
import type { Warn } from './warn.ts'

/** A YAML inventory: groups with `hosts`, `vars` and `children`. */
export function readYamlInventory(root: Node, groups: Groups, warn: Warn): void {
  if (root.entries === undefined) {
    throw new RunnerError('inventory', 'a YAML inventory is a mapping of groups', {
      source: root.source,
      hint: 'begin with "all:" and its "hosts:" or "children:"',
    })
  }
  const plugin = root.entries.get('plugin')
  if (plugin !== undefined)
    throw new RunnerError('inventory', 'this is the configuration of an inventory plugin', {
      source: plugin.key,
      hint: 'name the file .yml or .yaml, and see that enable_plugins has auto',
    })
  for (const [name, entry] of root.entries) readGroup(name, entry, { groups, warn })
}

interface Reader {
  readonly groups: Groups
  readonly warn: Warn
}

const PARTS = ['hosts', 'vars', 'children']

function readGroup(name: string, { node }: Entry, reader: Reader): void {
  const { groups, warn } = reader
  groups.group(name)
  if (node.value === null) return
  if (node.entries === undefined)
    throw new RunnerError('inventory', `the group "${name}" must be a mapping with hosts, vars or children`, { source: node.source })
  for (const [part, { key, node: child }] of node.entries) {
    if (part === 'hosts') readHosts(name, child, reader)
    else if (part === 'vars') groups.setGroupVars(name, varMap(child))
    else if (part === 'children') readChildren(name, child, reader)
    else
      warn(
        `"${part}" in group "${name}" is ignored: a group has only hosts, vars and children`,
        key,
        didYouMean(part, PARTS) ?? 'groups inside a group belong under "children:"',
      )
  }
}

function readHosts(group: string, node: Node, { groups }: Reader): void {
  if (typeof node.value === 'string') groups.addHost(node.value, group)
  for (const [name, entry] of named(node, `hosts of "${group}"`)) {
    const vars = varMap(entry.node)
    for (const { name: host, port } of hostNames(name, entry.key)) {
      const data = groups.addHost(host, group)
      if (port !== undefined) data.vars.set('ansible_port', { value: port, source: entry.key })
      for (const [key, variable] of vars) data.vars.set(key, variable)
    }
  }
}

function readChildren(group: string, node: Node, reader: Reader): void {
  for (const [name, entry] of named(node, `children of "${group}"`)) {
    readGroup(name, entry, reader)
    if (!reader.groups.addChild(group, name))
      throw new RunnerError('inventory', `the group "${name}" would contain itself`, { source: entry.key })
  }
}

/** The entries of a mapping; a missing value has none. Names that YAML read as numbers or booleans are refused. */
function named(node: Node, what: string): Iterable<[string, Entry]> {
  if (node.value === null || typeof node.value === 'string') return []
  if (node.entries === undefined)
    throw new RunnerError('inventory', `the ${what} must be a mapping`, {
      source: node.source,
      hint: 'end each name with a colon instead of a dash before it',
    })
  for (const [name, { key }] of node.entries) {
    const written = key.file.text.split('\n')[key.line - 1]?.slice(key.col - 1) ?? ''
    if (/^(?:[-+]?[0-9][0-9_]*|True|False|None)$/.test(name) && !/^["'!&*]/.test(written)) {
      throw new RunnerError('inventory', `the name ${name} is not a text`, { source: key, hint: `quote it: "${name}":` })
    }
  }
  return node.entries
}
