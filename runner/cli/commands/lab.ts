import { readHosts } from '../../../lab/disk.ts'
import { takeDown, takeDownHosts } from '../../../lab/down.ts'
import { type Lab, type LabHost, openLab } from '../../../lab/lab.ts'
import { sshTo } from '../../../lab/ssh.ts'
import { formatStatus, statusOf } from '../../../lab/status.ts'
import { bringUp } from '../../../lab/up.ts'
import { nearest } from '../../base/nearest.ts'
import { SecretRegistry } from '../../base/secret-registry.ts'
import { createTemplateHost } from '../../execute/template-host.ts'
import { loadInventory } from '../../load/inventory.ts'
import { createScope, parseExtraVars } from '../../load/vars.ts'
import { createTemplateEngine } from '../../template/environment.ts'
import { readAnsibleConfig } from '../ansible-config.ts'
import { type OptionTable, parseArguments } from '../arguments.ts'
import { confirm } from '../ask.ts'
import { EXIT } from '../exit-code.ts'
import { inventoryReading } from '../inventory-settings.ts'
import { inventorySources } from '../inventory-sources.ts'
import type { Io } from '../io.ts'
import { labFolder } from '../lab-folder.ts'
import { labHosts } from '../lab-hosts.ts'
import { UsageError } from '../usage-error.ts'

const GROUP = 'Options'

const OPTIONS = {
  inventory: {
    flags: ['-i', '--inventory', '--inventory-file'],
    kind: 'list',
    value: 'PATH',
    group: GROUP,
    help: 'The inventory that describes the hosts.',
  },
  extraVars: { flags: ['-e', '--extra-vars'], kind: 'list', value: 'VARS', group: GROUP, help: 'Variables that win over the inventory.' },
  all: { flags: ['--all'], kind: 'flag', group: GROUP, help: 'down: also delete the base image, the key and the downloaded packages.' },
  yes: { flags: ['-y', '--yes'], kind: 'flag', group: GROUP, help: 'up: do not ask before packages are installed on this machine.' },
  help: { flags: ['-h', '--help'], kind: 'flag', group: GROUP, help: 'Show this.' },
} as const satisfies OptionTable

const VERBS: readonly string[] = ['up', 'down', 'status', 'ssh']

const HELP = `usage: run lab up [HOST…] [--yes]      bring up hosts (all of the inventory's lab hosts)
       run lab down [HOST…] [--all]    destroy hosts (the whole lab); --all: image, key and packages too
       run lab status [HOST…]          name, address, state, process id of init, disk
       run lab ssh HOST [COMMAND…]     log in, or run a command there
options: -i PATH (the inventory), -e VARS, --yes, --all
`

/** `run lab …`: the disposable hosts that the inventory marks with `stackrun_lab: true`. */
export async function labCommand(argv: readonly string[], io: Io): Promise<number> {
  const { own, remote } = splitRemote(argv)
  const args = parseArguments(OPTIONS, own)
  const [verb, ...names] = args.words
  if (args.flag('help') || verb === undefined) {
    io.stdout.write(HELP)
    return verb === undefined && !args.flag('help') ? EXIT.usage : EXIT.ok
  }
  if (!VERBS.includes(verb)) throw new UsageError(`no such command: lab ${verb}`, 'it is up, down, status or ssh')
  const asks = !args.flag('yes') && io.stdin.isTTY && (io.env['CI'] ?? '') === ''
  const opened = await open({ inventory: args.list('inventory'), extraVars: args.list('extraVars'), asks }, io)
  const left = verb === 'down' || verb === 'status' ? await hostsLeft(opened) : []
  const chosen = choose(names, [...opened.hosts, ...left])
  switch (verb) {
    case 'up':
      return up(opened.lab, chosen, io)
    case 'down':
      if (names.length === 0) await takeDown(opened.lab, args.flag('all') ? 'all' : 'hosts')
      else await takeDownHosts(opened.lab, chosen)
      return EXIT.ok
    case 'status':
      io.stdout.write(`${formatStatus(await statusOf(opened.lab, chosen))}\n`)
      return EXIT.ok
    default:
      return login(opened, names, remote)
  }
}

interface Opened {
  readonly lab: Lab
  readonly hosts: readonly LabHost[]
  readonly userOf: (host: LabHost) => string
}

async function open(given: { inventory: readonly string[]; extraVars: readonly string[]; asks: boolean }, io: Io): Promise<Opened> {
  const say = (text: string): void => {
    io.stderr.write(`${text}\n`)
  }
  const warn = (message: string): void => {
    say(`[WARNING]: ${message}`)
  }
  const extraVars = parseExtraVars(given.extraVars, io.cwd)
  const engine = createTemplateEngine(createTemplateHost({ secrets: new SecretRegistry(), env: io.env, warn }))
  const inventory = await loadInventory(inventorySources(given.inventory, io), {
    playbookDirs: [],
    warn,
    engine,
    extraVars,
    ...inventoryReading(readAnsibleConfig(io)),
  })
  const hosts = labHosts(inventory.hosts, inventory, engine)
  const folder = labFolder(hosts[0]?.name ?? 'localhost', inventory, engine)
  const lab = openLab(hosts, {
    folder,
    say,
    signal: io.signal,
    neighbours: hosts,
    confirm: given.asks ? (question) => confirm(question, io) : undefined,
  })
  return {
    lab,
    hosts,
    userOf(host) {
      const scope = createScope(inventory.layersOf(host.name))
      const user = scope.get('ansible_user')
      const name = user === undefined ? 'root' : engine.render(user.value, scope)
      return typeof name === 'string' ? name : 'root'
    },
  }
}

/** Those that have left the inventory, but not the lab: they can be seen and taken down, not brought up. */
async function hostsLeft({ lab, hosts }: Opened): Promise<readonly LabHost[]> {
  const present = await readHosts(lab)
  return present.filter(({ name }) => hosts.every((host) => host.name !== name))
}

async function up(lab: Lab, hosts: readonly LabHost[], io: Io): Promise<number> {
  const started = Date.now()
  const names = await bringUp(lab, hosts)
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  io.stderr.write(names.length === 0 ? 'lab: all hosts are up\n' : `lab: ${names.join(', ')} up after ${seconds} s\n`)
  return EXIT.ok
}

async function login({ lab, hosts, userOf }: Opened, names: readonly string[], remote: readonly string[]): Promise<number> {
  const [target] = names
  if (target === undefined) throw new UsageError('lab ssh needs the name of a host')
  const [host] = choose([target], hosts)
  if (host === undefined) return EXIT.usage
  return sshTo(lab, { ...host, user: /^(.+)@/.exec(target)?.[1] ?? userOf(host) }, remote)
}

function choose(names: readonly string[], hosts: readonly LabHost[]): readonly LabHost[] {
  if (names.length === 0) return hosts
  return names.map((name) => {
    const host = hosts.find((each) => each.name === name.replace(/^.*@/, ''))
    if (host !== undefined) return host
    const meant = nearest(
      name,
      hosts.map((each) => each.name),
    )
    throw new UsageError(`no lab host ${name} in the inventory`, meant === undefined ? undefined : `did you mean ${meant}?`)
  })
}

/** What follows the host of `lab ssh` belongs to the command there, options too. */
function splitRemote(argv: readonly string[]): { own: readonly string[]; remote: readonly string[] } {
  const at = argv.indexOf('ssh')
  if (at === -1) return { own: argv, remote: [] }
  const remote = argv.slice(at + 2)
  return { own: argv.slice(0, at + 2), remote: remote[0] === '--' ? remote.slice(1) : remote }
}
