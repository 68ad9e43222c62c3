import { RunnerError } from '../../base/error.ts'
import { nearest } from '../../base/nearest.ts'
import { formatSource } from '../../base/source.ts'
import { toPlain } from '../../base/value.ts'
import { loadInventory } from '../../load/inventory.ts'
import type { Inventory } from '../../load/inventory-types.ts'
import { createScope, parseExtraVars } from '../../load/vars.ts'
import { type OptionTable, parseArguments } from '../arguments.ts'
import { EXIT } from '../exit-code.ts'
import { optionsHelp } from '../help.ts'
import { inventorySources } from '../inventory-sources.ts'
import type { Io } from '../io.ts'
import { UsageError } from '../usage-error.ts'

const WHAT = 'What to show'

const OPTIONS = {
  inventory: {
    flags: ['-i', '--inventory', '--inventory-file'],
    kind: 'list',
    value: 'PATH|HOSTS',
    group: 'Options',
    help: 'Inventory file or folder, or host names with a comma; may be repeated.',
  },
  extraVars: { flags: ['-e', '--extra-vars'], kind: 'list', value: 'VARS', group: 'Options', help: 'Further variables.' },
  list: {
    flags: ['--list'],
    kind: 'flag',
    group: WHAT,
    help: 'Groups, hosts and their variables as JSON, as dynamic inventories print it.',
  },
  graph: { flags: ['--graph'], kind: 'flag', group: WHAT, help: 'The tree of groups and hosts, of GROUP where one is named.' },
  host: { flags: ['--host'], kind: 'value', value: 'HOST', group: WHAT, help: "A host's variables as JSON; -v says where each was set." },
  verbose: { flags: ['-v', '--verbose'], kind: 'count', group: 'Options', help: 'Say where variables were set.' },
  help: { flags: ['-h', '--help'], kind: 'flag', group: 'Options', help: 'This text.' },
} as const satisfies OptionTable

/** `run inventory`: what was read, without templates rendered. */
export async function inventoryCommand(argv: readonly string[], io: Io): Promise<number> {
  const args = parseArguments(OPTIONS, argv)
  if (args.flag('help')) {
    io.stdout.write(`usage: run inventory [-i INVENTORY] --list | --graph [GROUP] | --host HOST\n\n${optionsHelp(OPTIONS)}`)
    return EXIT.ok
  }
  const host = args.value('host')
  if (host === undefined && !args.flag('list') && !args.flag('graph')) throw new UsageError('say what to show: --list, --graph or --host')
  const inventory = await readInventory({ inventory: args.list('inventory'), extraVars: args.list('extraVars') }, io)
  io.stdout.write(
    host !== undefined
      ? hostText(inventory, host, args.count('verbose'))
      : args.flag('list')
        ? json(listing(inventory))
        : graph(inventory, args.words[0] ?? 'all'),
  )
  return EXIT.ok
}

async function readInventory(
  given: { readonly inventory: readonly string[]; readonly extraVars: readonly string[] },
  io: Io,
): Promise<Inventory> {
  const warn = (message: string): void => {
    io.stderr.write(`warning: ${message}\n`)
  }
  const extraVars = parseExtraVars(given.extraVars, io.cwd)
  return loadInventory(inventorySources(given.inventory, io), { playbookDirs: [io.cwd], warn, extraVars })
}

function hostText(inventory: Inventory, host: string, verbosity: number): string {
  if (!inventory.hasHost(host)) {
    const meant = nearest(host, inventory.hosts)
    throw new RunnerError('inventory', `there is no host ${host}`, { hint: meant === undefined ? undefined : `did you mean ${meant}?` })
  }
  if (verbosity === 0) return json(varsOf(inventory, host))
  const scope = createScope(inventory.layersOf(host))
  return [...scope.names()]
    .sort()
    .map((name) => {
      const binding = scope.get(name)
      const place = binding?.source === undefined ? '' : `, ${formatSource(binding.source)}`
      return `${name}: ${JSON.stringify(toPlain(binding?.value ?? null))}  (${binding?.layer ?? ''}${place})\n`
    })
    .join('')
}

function varsOf(inventory: Inventory, host: string): Record<string, unknown> {
  const scope = createScope(inventory.layersOf(host))
  return Object.fromEntries([...scope.names()].sort().map((name) => [name, toPlain(scope.get(name)?.value ?? null)]))
}

/** The form of dynamic inventory scripts; empty groups' keys are left out. */
function listing(inventory: Inventory): unknown {
  const groups = inventory.groups.map((group) => {
    const children = inventory.childrenOf(group)
    const own = directHosts(inventory, group)
    return [group, { ...(children.length > 0 ? { children } : {}), ...(own.length > 0 && group !== 'all' ? { hosts: own } : {}) }] as const
  })
  const hostvars = Object.fromEntries(inventory.hosts.map((host) => [host, varsOf(inventory, host)]))
  return { _meta: { hostvars }, ...Object.fromEntries(groups.filter(([, group]) => Object.keys(group).length > 0)) }
}

function graph(inventory: Inventory, group: string, depth = 0): string {
  if (inventory.hostsOf(group) === undefined) throw new RunnerError('inventory', `there is no group ${group}`)
  const bar = '  |'.repeat(depth)
  const children = inventory.childrenOf(group).map((child) => graph(inventory, child, depth + 1))
  const hosts = group === 'all' ? [] : directHosts(inventory, group).map((host) => `${bar}  |--${host}\n`)
  return `${bar === '' ? '' : `${bar}--`}@${group}:\n${children.join('')}${hosts.join('')}`
}

/** Hosts that are in the group itself, not by one of its children. */
function directHosts(inventory: Inventory, group: string): readonly string[] {
  const inherited = new Set(inventory.childrenOf(group).flatMap((child) => inventory.hostsOf(child) ?? []))
  return (inventory.hostsOf(group) ?? []).filter((host) => !inherited.has(host))
}

function json(data: unknown): string {
  return `${JSON.stringify(data, null, 4)}\n`
}
