import { resolve } from 'node:path'
import { RunnerError } from '../base/error.ts'
import type { Selection } from '../plan/types.ts'
import type { AnsibleDisplaySettings } from '../report/ansible.ts'
import { type AnsibleConfig, readAnsibleConfig } from './ansible-config.ts'
import { ansibleDisplaySettings } from './ansible-display.ts'
import type { Io } from './io.ts'
import { choice, commaList, OUTPUTS, type PlaybookArguments, wholeNumber } from './playbook-options.ts'
import { UsageError } from './usage-error.ts'
import { type VaultChoices, vaultChoices } from './vault-options.ts'

/** What instead of running a playbook is wanted. */
export type ShowMode = 'syntax' | 'tasks' | 'tags' | 'hosts'

/** A playbook command line, read and checked; defaults are in. */
export interface PlaybookChoices {
  readonly playbooks: readonly string[]
  readonly inventory: readonly string[]
  readonly limit: string | undefined
  readonly selection: Selection
  readonly extraVars: readonly string[]
  readonly checkMode: boolean
  readonly diff: boolean
  readonly forks: number
  readonly forceHandlers: boolean
  /** Nobody is to be asked anything. */
  readonly yes: boolean
  readonly show: ReadonlySet<ShowMode>
  readonly verbosity: number
  readonly output: (typeof OUTPUTS)[number]
  readonly colours: boolean
  readonly ansible: AnsibleDisplaySettings
  readonly logFile: string | undefined
  readonly journal: string | undefined
  readonly connection: ConnectionChoices
  readonly vault: VaultChoices
}

/** Connection flags: below every variable. */
export interface ConnectionChoices {
  readonly user: string | undefined
  readonly privateKeyFiles: readonly string[] | undefined
  readonly kind: string | undefined
  /** Seconds. */
  readonly timeout: number | undefined
  readonly become: boolean | undefined
  readonly becomeUser: string | undefined
  readonly becomeMethod: string | undefined
  readonly askPass: boolean
  readonly askBecomePass: boolean
}

const DEFAULT_FORKS = 50

/** @throws UsageError where no playbook is named. @throws RunnerError `options` for a bad value */
export function playbookChoices(args: PlaybookArguments, io: Io): PlaybookChoices {
  if (args.words.length === 0) throw new UsageError('no playbook given')
  const logFile = args.value('logFile')
  const config = readAnsibleConfig(io)
  const journal = args.flag('journal') || isOn(io.env['STACKRUN_JOURNAL'])
  return {
    playbooks: args.words,
    inventory: args.list('inventory'),
    limit: args.list('limit').length === 0 ? undefined : args.list('limit').join(','),
    selection: { tags: commaList(args.list('tags')), skipTags: commaList(args.list('skipTags')), startAtTask: args.value('startAtTask') },
    extraVars: args.list('extraVars'),
    checkMode: args.flag('check'),
    diff: args.flag('diff'),
    forks: wholeNumber('--forks', args.value('forks'), config.int({ env: 'ANSIBLE_FORKS', key: 'forks' }, DEFAULT_FORKS)),
    forceHandlers: args.flag('forceHandlers'),
    yes: args.flag('yes') || isOn(io.env['CI']),
    show: showModes(args),
    verbosity: args.count('verbose'),
    output: choice('--output', args.value('output'), OUTPUTS) ?? 'human',
    colours: wantsColours(args, io, config),
    ansible: ansibleDisplaySettings(config),
    logFile: logFile === undefined ? undefined : resolve(io.cwd, logFile),
    journal: journal ? resolve(io.cwd, '.stackrun/journal') : undefined,
    connection: connectionChoices(args, io),
    vault: vaultChoices(args),
  }
}

function connectionChoices(args: PlaybookArguments, io: Io): ConnectionChoices {
  const keys = args.list('privateKey')
  const timeout = args.value('timeout')
  return {
    user: args.value('user'),
    privateKeyFiles: keys.length === 0 ? undefined : keys.map((key) => resolve(io.cwd, key)),
    kind: choice('--connection', args.value('connection'), ['ssh', 'local']),
    timeout: timeout === undefined ? undefined : wholeNumber('--timeout', timeout, 0),
    become: args.flag('become') ? true : undefined,
    becomeUser: args.value('becomeUser'),
    becomeMethod: choice('--become-method', args.value('becomeMethod'), ['sudo', 'su']),
    askPass: args.flag('askPass'),
    askBecomePass: args.flag('askBecomePass'),
  }
}

function wantsColours(args: PlaybookArguments, io: Io, config: AnsibleConfig): boolean {
  if (args.flag('forceColor') || config.bool({ env: 'ANSIBLE_FORCE_COLOR', key: 'force_color' }, false)) return true
  if (args.flag('noColor') || config.bool({ env: 'ANSIBLE_NOCOLOR', key: 'nocolor' }, false)) return false
  return (io.env['NO_COLOR'] ?? '') === '' && io.stdout.isTTY === true && io.env['TERM'] !== 'dumb'
}

function showModes(args: PlaybookArguments): ReadonlySet<ShowMode> {
  const modes = new Set<ShowMode>()
  if (args.flag('syntaxCheck')) modes.add('syntax')
  if (args.flag('listTasks')) modes.add('tasks')
  if (args.flag('listTags')) modes.add('tags')
  if (args.flag('listHosts')) modes.add('hosts')
  if (modes.has('syntax') && modes.size > 1) throw new RunnerError('options', '--syntax-check cannot go with --list-*')
  return modes
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false', 'no'].includes(value.toLowerCase())
}
