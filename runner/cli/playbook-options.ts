import { RunnerError } from '../base/error.ts'
import type { Arguments, OptionTable } from './arguments.ts'
import { VAULT_OPTIONS } from './vault-options.ts'

const WHAT = 'What to run'
const HOW = 'How to run it'
const SHOW = 'Show instead of running'
const CONNECT = 'Connection'
const BECOME = 'Privilege escalation'
const OUTPUT = 'Output'

export const OUTPUTS = ['human', 'ansible', 'json', 'junit'] as const

/** The options of `run PLAYBOOK`: Ansible's names and letters, and a few of our own. */
export const PLAYBOOK_OPTIONS = {
  inventory: {
    flags: ['-i', '--inventory', '--inventory-file'],
    kind: 'list',
    value: 'PATH|HOSTS',
    group: WHAT,
    help: 'Inventory file or folder, or host names with a comma; may be repeated. Default: ANSIBLE_INVENTORY, the inventory of ansible.cfg, ./inventory, /etc/ansible/hosts.',
  },
  limit: { flags: ['-l', '--limit'], kind: 'list', value: 'PATTERN', group: WHAT, help: 'Only these hosts of each play.' },
  tags: {
    flags: ['-t', '--tags'],
    kind: 'list',
    value: 'TAGS',
    group: WHAT,
    help: 'Only tasks with one of these tags, separated by commas.',
  },
  skipTags: { flags: ['--skip-tags'], kind: 'list', value: 'TAGS', group: WHAT, help: 'No task with one of these tags.' },
  startAtTask: {
    flags: ['--start-at-task'],
    kind: 'value',
    value: 'NAME',
    group: WHAT,
    help: 'Begin at the task of this name (a glob may be given).',
  },
  extraVars: {
    flags: ['-e', '--extra-vars'],
    kind: 'list',
    value: 'VARS',
    group: WHAT,
    help: 'Variables above all others: key=value, YAML, JSON, or @file.',
  },

  check: {
    flags: ['-C', '--check'],
    kind: 'flag',
    group: HOW,
    help: 'Change nothing: predict what would change, also behind changes that would come first.',
  },
  diff: { flags: ['-D', '--diff'], kind: 'flag', group: HOW, help: 'Show how files and settings differ.' },
  forks: { flags: ['-f', '--forks'], kind: 'value', value: 'N', group: HOW, help: 'Hosts worked on at once (default 50).' },
  forceHandlers: {
    flags: ['--force-handlers'],
    kind: 'flag',
    group: HOW,
    help: 'Run notified handlers even on hosts where a task failed.',
  },
  yes: { flags: ['-y', '--yes'], kind: 'flag', group: HOW, help: 'Do not ask before packages are installed on this machine for the lab.' },

  syntaxCheck: {
    flags: ['--syntax-check'],
    kind: 'flag',
    group: SHOW,
    help: 'Read and check everything that can be checked before connecting.',
  },
  listTasks: { flags: ['--list-tasks'], kind: 'flag', group: SHOW, help: 'List the tasks that would run.' },
  listTags: { flags: ['--list-tags'], kind: 'flag', group: SHOW, help: 'List all tags.' },
  listHosts: { flags: ['--list-hosts'], kind: 'flag', group: SHOW, help: 'List the hosts of each play.' },

  ...VAULT_OPTIONS,

  user: { flags: ['-u', '--user'], kind: 'value', value: 'USER', group: CONNECT, help: 'Connect as this user.' },
  askPass: { flags: ['-k', '--ask-pass'], kind: 'flag', group: CONNECT, help: 'Ask for the connection password.' },
  privateKey: { flags: ['--private-key', '--key-file'], kind: 'list', value: 'FILE', group: CONNECT, help: 'Connect with this key.' },
  connection: {
    flags: ['-c', '--connection'],
    kind: 'value',
    choices: ['ssh', 'local'],
    group: CONNECT,
    help: 'How to reach hosts (default ssh).',
  },
  timeout: {
    flags: ['-T', '--timeout'],
    kind: 'value',
    value: 'SECONDS',
    group: CONNECT,
    help: 'How long to wait for a connection (default 10).',
  },

  become: { flags: ['-b', '--become'], kind: 'flag', group: BECOME, help: 'Run tasks as another user.' },
  becomeUser: { flags: ['--become-user'], kind: 'value', value: 'USER', group: BECOME, help: 'Which user (default root).' },
  becomeMethod: {
    flags: ['--become-method'],
    kind: 'value',
    choices: ['sudo', 'su'],
    group: BECOME,
    help: 'By which program (default sudo).',
  },
  askBecomePass: { flags: ['-K', '--ask-become-pass'], kind: 'flag', group: BECOME, help: 'Ask for its password.' },

  verbose: {
    flags: ['-v', '--verbose'],
    kind: 'count',
    group: OUTPUT,
    help: 'Show more: -v results and skipped tasks, -vv places, -vvv stacks.',
  },
  output: { flags: ['-o', '--output'], kind: 'value', choices: OUTPUTS, group: OUTPUT, help: 'The form of the output (default human).' },
  forceColor: { flags: ['--force-color'], kind: 'flag', group: OUTPUT, help: 'Colours even where the output is no terminal.' },
  noColor: { flags: ['--no-color'], kind: 'flag', group: OUTPUT, help: 'No colours; the variable NO_COLOR does the same.' },
  logFile: { flags: ['--log-file'], kind: 'value', value: 'FILE', group: OUTPUT, help: 'Also append a log to this file.' },
  journal: {
    flags: ['--journal'],
    kind: 'flag',
    group: OUTPUT,
    help: 'Also keep the events of the run in .stackrun/journal/ (or with STACKRUN_JOURNAL=1).',
  },
  help: { flags: ['-h', '--help'], kind: 'flag', group: OUTPUT, help: 'This text.' },
} as const satisfies OptionTable

export type PlaybookArguments = Arguments<typeof PLAYBOOK_OPTIONS>

/** A whole number of an option, within bounds. @throws RunnerError `options` */
export function wholeNumber(flag: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback
  const value = /^\d+$/.test(text) ? Number(text) : 0
  if (value >= 1) return value
  throw new RunnerError('options', `${flag} needs a whole number of at least 1, not '${text}'`)
}

/** One of the words an option knows. @throws RunnerError `options` */
export function choice<T extends string>(flag: string, text: string | undefined, choices: readonly T[]): T | undefined {
  if (text === undefined) return undefined
  const found = choices.find((each) => each === text)
  if (found !== undefined) return found
  throw new RunnerError('options', `${flag} knows ${choices.join(', ')}, not '${text}'`)
}

/** `a,b` and repeated options as one list; empty pieces do not count. */
export function commaList(values: readonly string[]): string[] {
  return values
    .flatMap((value) => value.split(','))
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
