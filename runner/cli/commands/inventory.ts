import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { RunnerError } from '../../base/error.ts'
import { nearest } from '../../base/nearest.ts'
import { formatSource } from '../../base/source.ts'
import { isRecord, toPlain, type Value } from '../../base/value.ts'
import { createScope } from '../../load/vars.ts'
import { pythonJson } from '../../report/python-json.ts'
import { dumpYaml } from '../../template/filters/yaml-dump.ts'
import { readAnsibleConfig } from '../ansible-config.ts'
import { type Arguments, type OptionTable, parseArguments } from '../arguments.ts'
import { EXIT } from '../exit-code.ts'
import { graph, hostVars, type InventoryView, listing, nested, tables } from '../inventory-view.ts'
import type { Io } from '../io.ts'
import { commandHelp } from '../overview.ts'
import { readInventoryView } from '../read-inventory.ts'
import { EXTRA_VARS_OPTION, INVENTORY_OPTIONS } from '../run-options.ts'
import { tomlText } from '../toml.ts'
import { UsageError } from '../usage-error.ts'
import { VAULT_OPTIONS } from '../vault-options.ts'

const WHAT = 'What to show'
const FORM = 'In which form'

const OPTIONS = {
  list: { flags: ['--list'], kind: 'flag', group: WHAT, help: 'Groups, hosts and their variables, as dynamic inventories print them.' },
  graph: { flags: ['--graph'], kind: 'flag', group: WHAT, help: 'The tree of groups and hosts, of GROUP where one is named.' },
  host: { flags: ['--host'], kind: 'value', value: 'HOST', group: WHAT, help: "A host's variables; -v says where each was set." },
  yaml: { flags: ['-y', '--yaml'], kind: 'flag', group: FORM, help: 'YAML instead of JSON.' },
  toml: { flags: ['--toml'], kind: 'flag', group: FORM, help: 'TOML instead of JSON.' },
  vars: { flags: ['--vars'], kind: 'flag', group: FORM, help: 'With --graph: variables too.' },
  export: { flags: ['--export'], kind: 'flag', group: FORM, help: 'With --list: each variable where it was set, not where it counts.' },
  output: { flags: ['--output'], kind: 'value', value: 'FILE', group: FORM, help: 'Write it to a file.' },
  ...INVENTORY_OPTIONS,
  ...EXTRA_VARS_OPTION,
  playbookDir: {
    flags: ['--playbook-dir'],
    kind: 'value',
    value: 'FOLDER',
    group: 'What to run',
    help: "Stands for the playbook's folder: its group_vars/ and host_vars/ count.",
  },
  ...VAULT_OPTIONS,
  verbose: { flags: ['-v', '--verbose'], kind: 'count', group: 'Output', help: 'Say where variables were set.' },
  help: { flags: ['-h', '--help'], kind: 'flag', group: 'Output', help: 'This text.' },
} as const satisfies OptionTable

type InventoryArguments = Arguments<typeof OPTIONS>

/** `run inventory`: what was read, without templates rendered. */
export async function inventoryCommand(argv: readonly string[], io: Io): Promise<number> {
  const args = parseArguments(OPTIONS, argv)
  if (args.flag('help')) {
    io.stdout.write(commandHelp('inventory', io, OPTIONS))
    return EXIT.ok
  }
  checkAction(args, io)
  const config = readAnsibleConfig(io)
  const asWritten = args.flag('export') || config.bool('INVENTORY_EXPORT', false)
  const view = await readInventoryView(
    {
      inventory: args.list('inventory'),
      extraVars: args.list('extraVars'),
      limit: args.flag('list') && args.list('limit').length > 0 ? args.list('limit').join(',') : undefined,
      playbookDir: args.value('playbookDir'),
      vault: args,
      flushCache: args.flag('flushCache'),
      asWritten,
    },
    io,
  )
  write(shown(view, args, io), args, io)
  return EXIT.ok
}

function checkAction(args: InventoryArguments, io: Io): void {
  const actions = [args.flag('list'), args.flag('graph'), args.value('host') !== undefined].filter(Boolean).length
  if (actions === 0 && io.tool === undefined) throw new UsageError('say what to show: --list, --graph or --host')
  if (actions === 0)
    throw new RunnerError('options', 'No action selected, at least one of --host, --graph or --list needs to be specified.')
  if (actions > 1)
    throw new RunnerError('options', 'Conflicting options used, only one of --host, --graph or --list can be used at the same time.')
}

function shown(view: InventoryView, args: InventoryArguments, io: Io): string {
  const host = args.value('host')
  if (host !== undefined) return hostText(view, host, args, io)
  if (!args.flag('graph')) return dumped(args.flag('yaml') ? nested(view) : args.flag('toml') ? tables(view) : listing(view), args)
  const [group = 'all'] = args.words
  if (!view.inventory.groups.includes(group))
    throw new RunnerError('options', 'Pattern must be valid group name when using --graph', { hint: meant(group, view.inventory.groups) })
  return `${graph(view, group, args.flag('vars')).join('\n')}\n`
}

function hostText(view: InventoryView, pattern: string, args: InventoryArguments, io: Io): string {
  const { inventory } = view
  const [host, ...others] = inventory.select(pattern)
  if (host === undefined || others.length > 0)
    throw new RunnerError('options', 'You must pass a single valid host to --host parameter', { hint: meant(pattern, inventory.hosts) })
  if (args.count('verbose') > 0 && io.tool === undefined) return origins(view, host)
  return dumped(hostVars(view, host), args)
}

function origins({ inventory }: InventoryView, host: string): string {
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

function meant(name: string, names: readonly string[]): string | undefined {
  const near = nearest(name, names)
  return near === undefined ? undefined : `did you mean ${near}?`
}

function dumped(value: Value, args: InventoryArguments): string {
  if (args.flag('yaml')) return dumpYaml(value, { indent: 2, flow: 'never', sortKeys: true, width: 80 })
  if (args.flag('toml') && isRecord(value)) return tomlText(value)
  return `${pythonJson(value, { indent: 4 })}\n`
}

/** A file gets the text alone, without the end of the last line. */
function write(text: string, args: InventoryArguments, io: Io): void {
  const file = args.value('output')
  if (file === undefined) io.stdout.write(text)
  else writeFileSync(resolve(io.cwd, file), args.flag('yaml') ? text : text.replace(/\n$/, ''))
}
