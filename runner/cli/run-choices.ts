import { delimiter, resolve } from 'node:path'
import type { Selection } from '../plan/types.ts'
import type { AnsibleDisplaySettings } from '../report/ansible.ts'
import type { ReportOptions } from '../report/create.ts'
import { type AnsibleConfig, readAnsibleConfig } from './ansible-config.ts'
import { ansibleDisplaySettings } from './ansible-display.ts'
import type { Arguments } from './arguments.ts'
import { type ConnectionChoices, connectionChoices } from './connection-choices.ts'
import type { Io } from './io.ts'
import { choice, wholeNumber } from './option-values.ts'
import { OUTPUTS, type RUN_OPTIONS } from './run-options.ts'
import { type VaultChoices, vaultChoices } from './vault-options.ts'

/** What instead of running a playbook is wanted. */
export type ShowMode = 'syntax' | 'tasks' | 'tags' | 'hosts'

/** A command line that runs tasks, read and checked; defaults are in. */
export interface RunChoices {
  readonly inventory: readonly string[]
  readonly limit: string | undefined
  readonly flushCache: boolean
  readonly selection: Selection
  readonly extraVars: readonly string[]
  /** Absolute. */
  readonly modulePath: readonly string[]
  /** What stands for the playbook's folder where there is no playbook. */
  readonly playbookDir: string | undefined
  readonly checkMode: boolean
  readonly diff: boolean
  readonly forks: number
  readonly forceHandlers: boolean
  /** Ask before each task. */
  readonly step: boolean
  /** Nobody is to be asked anything. */
  readonly yes: boolean
  readonly show: ReadonlySet<ShowMode>
  readonly verbosity: number
  readonly output: ReportOptions['output']
  readonly colours: boolean
  readonly ansible: AnsibleDisplaySettings
  readonly logFile: string | undefined
  readonly journal: string | undefined
  /** Go on with the latest journal of the playbooks, or with this one. */
  readonly resume?: string | undefined
  readonly connection: ConnectionChoices
  readonly vault: VaultChoices
}

export function journalFolder(io: Io): string {
  return resolve(io.cwd, '.stackrun/journal')
}

export type RunArguments = Pick<Arguments<typeof RUN_OPTIONS>, 'flag' | 'list' | 'value' | 'count'>

const DEFAULT_FORKS = 50
const ANSIBLE_FORKS = 5

/** @throws RunnerError `options` for a bad value */
export function runChoices(args: RunArguments, io: Io, config: AnsibleConfig = readAnsibleConfig(io)): RunChoices {
  const logFile = args.value('logFile')
  const journal = args.flag('journal') || isOn(io.env['STACKRUN_JOURNAL'])
  const ansible = io.tool !== undefined
  return {
    inventory: args.list('inventory'),
    limit:
      args.list('limit').length === 0
        ? undefined
        : args
            .list('limit')
            .map((each) => located(each, io))
            .join(','),
    flushCache: args.flag('flushCache'),
    selection: { tags: [], skipTags: [], startAtTask: undefined },
    extraVars: args.list('extraVars'),
    modulePath: folders(args.list('modulePath'), io),
    playbookDir: undefined,
    checkMode: args.flag('check'),
    diff: args.flag('diff') || config.bool('DIFF_ALWAYS', false),
    forks: wholeNumber('--forks', args.value('forks'), config.int('DEFAULT_FORKS', ansible ? ANSIBLE_FORKS : DEFAULT_FORKS)),
    forceHandlers: false,
    step: false,
    yes: args.flag('yes') || isOn(io.env['CI']),
    show: new Set(args.flag('listHosts') ? ['hosts'] : []),
    verbosity: args.count('verbose') === 0 ? config.int('DEFAULT_VERBOSITY', 0) : args.count('verbose'),
    output: choice('--output', args.value('output'), OUTPUTS) ?? (ansible ? 'ansible' : 'human'),
    colours: wantsColours(args, io, config),
    ansible: ansibleDisplaySettings(config, io),
    logFile: logFile === undefined ? config.path('DEFAULT_LOG_PATH') : resolve(io.cwd, logFile),
    journal: journal ? journalFolder(io) : undefined,
    connection: connectionChoices(args, config, io),
    vault: vaultChoices(args, config),
  }
}

function folders(values: readonly string[], io: Io): readonly string[] {
  return values
    .flatMap((value) => value.split(delimiter))
    .filter((path) => path !== '')
    .map((path) => resolve(io.cwd, path))
}

function wantsColours(args: RunArguments, io: Io, config: AnsibleConfig): boolean {
  if (args.flag('forceColor') || config.bool('ANSIBLE_FORCE_COLOR', false)) return true
  if (args.flag('noColor') || config.bool('ANSIBLE_NOCOLOR', false)) return false
  return (io.env['NO_COLOR'] ?? '') === '' && io.stdout.isTTY === true && io.env['TERM'] !== 'dumb'
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false', 'no'].includes(value.toLowerCase())
}

/** A limit that is a file (`@file`), by its full path. */
function located(limit: string, io: Io): string {
  return limit.startsWith('@') ? `@${resolve(io.cwd, limit.slice(1))}` : limit
}
