import type { OptionTable } from './arguments.ts'
import { BECOME_OPTIONS, CONNECTION_OPTIONS } from './connection-options.ts'
import { VAULT_OPTIONS } from './vault-options.ts'

export const WHAT = 'What to run'
export const HOW = 'How to run it'
export const SHOW = 'Show instead of running'
const OUTPUT = 'Output'

export const OUTPUTS = ['human', 'ansible', 'json', 'junit'] as const

/** The options of what reads an inventory. */
export const INVENTORY_OPTIONS = {
  inventory: {
    flags: ['-i', '--inventory', '--inventory-file'],
    kind: 'list',
    value: 'PATH|HOSTS',
    group: WHAT,
    help: 'Inventory file or folder, or host names with a comma; may be repeated. Default: ANSIBLE_INVENTORY, the inventory of ansible.cfg, ./inventory, /etc/ansible/hosts.',
  },
  limit: { flags: ['-l', '--limit'], kind: 'list', value: 'PATTERN', group: WHAT, help: 'Only these hosts of each play.' },
  flushCache: { flags: ['--flush-cache'], kind: 'flag', group: WHAT, help: "Forget the cached facts of the inventory's hosts first." },
} as const satisfies OptionTable

export const EXTRA_VARS_OPTION = {
  extraVars: {
    flags: ['-e', '--extra-vars'],
    kind: 'list',
    value: 'VARS',
    group: WHAT,
    help: 'Variables above all others: key=value, YAML, JSON, or @file.',
  },
} as const satisfies OptionTable

/** The options of all commands that run tasks on hosts. */
export const RUN_OPTIONS = {
  ...INVENTORY_OPTIONS,
  ...EXTRA_VARS_OPTION,
  modulePath: {
    flags: ['-M', '--module-path'],
    kind: 'list',
    value: 'FOLDERS',
    group: WHAT,
    help: 'Folders with modules of your own, separated by colons.',
  },
  check: {
    flags: ['-C', '--check'],
    kind: 'flag',
    group: HOW,
    help: 'Change nothing: predict what would change, also behind changes that would come first.',
  },
  diff: { flags: ['-D', '--diff'], kind: 'flag', group: HOW, help: 'Show how files and settings differ.' },
  forks: { flags: ['-f', '--forks'], kind: 'value', value: 'N', group: HOW, help: 'Hosts worked on at once (default 50).' },
  yes: { flags: ['-y', '--yes'], kind: 'flag', group: HOW, help: 'Do not ask before packages are installed on this machine for the lab.' },
  listHosts: { flags: ['--list-hosts'], kind: 'flag', group: SHOW, help: 'List the hosts that are meant.' },
  ...VAULT_OPTIONS,
  ...CONNECTION_OPTIONS,
  ...BECOME_OPTIONS,
  verbose: {
    flags: ['-v', '--verbose'],
    kind: 'count',
    group: OUTPUT,
    help: 'Show more: -v results and skipped tasks, -vv places, -vvv stacks.',
  },
  output: { flags: ['--output'], kind: 'value', choices: OUTPUTS, group: OUTPUT, help: 'The form of the output (default human).' },
  forceColor: { flags: ['--force-color'], kind: 'flag', group: OUTPUT, help: 'Colours even where the output is no terminal.' },
  noColor: { flags: ['--no-color'], kind: 'flag', group: OUTPUT, help: 'No colours; the variable NO_COLOR does the same.' },
  logFile: { flags: ['--log-file'], kind: 'value', value: 'FILE', group: OUTPUT, help: 'Also append a log to this file.' },
  journal: {
    flags: ['--journal'],
    kind: 'flag',
    group: OUTPUT,
    help: 'Also keep the events of the run in .stackrun/journal/ (or with STACKRUN_JOURNAL=1).',
  },
  version: { flags: ['--version'], kind: 'flag', group: OUTPUT, help: 'Show the version and what is configured.' },
  help: { flags: ['-h', '--help'], kind: 'flag', group: OUTPUT, help: 'This text.' },
} as const satisfies OptionTable
