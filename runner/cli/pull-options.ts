import { randomInt } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { RunnerError } from '../base/error.ts'
import { readAnsibleConfig } from './ansible-config.ts'
import type { Arguments, OptionTable } from './arguments.ts'
import { BECOME_PASSWORD_OPTIONS, CONNECTION_OPTIONS } from './connection-options.ts'
import type { Io } from './io.ts'
import { TAG_OPTIONS } from './playbook-options.ts'
import { EXTRA_VARS_OPTION, HOW, INVENTORY_OPTIONS, RUN_OPTIONS, WHAT } from './run-options.ts'
import { ansibleHome } from './search-places.ts'
import { VAULT_OPTIONS } from './vault-options.ts'

const REPOSITORY = 'The repository'

export const PULL_OPTIONS = {
  url: { flags: ['-U', '--url'], kind: 'value', value: 'URL', group: REPOSITORY, help: 'Where the repository of playbooks is.' },
  directory: {
    flags: ['-d', '--directory'],
    kind: 'value',
    value: 'FOLDER',
    group: REPOSITORY,
    help: 'Where it is checked out (default ~/.ansible/pull/HOST).',
  },
  checkout: { flags: ['-C', '--checkout'], kind: 'value', value: 'VERSION', group: REPOSITORY, help: 'Branch, tag or commit.' },
  full: { flags: ['--full'], kind: 'flag', group: REPOSITORY, help: 'The whole history, not the newest commit alone.' },
  clean: { flags: ['--clean'], kind: 'flag', group: REPOSITORY, help: 'Throw changes in the folder away.' },
  trackSubs: { flags: ['--track-subs'], kind: 'flag', group: REPOSITORY, help: 'Submodules follow their branches.' },
  acceptHostKey: { flags: ['--accept-host-key'], kind: 'flag', group: REPOSITORY, help: "Trust the server's key, whatever it is." },
  verifyCommit: { flags: ['--verify-commit'], kind: 'flag', group: REPOSITORY, help: "Check the commit's signature." },
  module: {
    flags: ['-m', '--module-name'],
    kind: 'value',
    value: 'git',
    group: REPOSITORY,
    help: 'The module that fetches it; git alone.',
  },
  onlyIfChanged: { flags: ['-o', '--only-if-changed'], kind: 'flag', group: HOW, help: 'Run the playbook only where something new came.' },
  force: { flags: ['-f', '--force'], kind: 'flag', group: HOW, help: 'Run the playbook even where nothing could be fetched.' },
  sleep: { flags: ['-s', '--sleep'], kind: 'value', value: 'SECONDS', group: HOW, help: 'Wait first, for a random time up to this long.' },
  purge: { flags: ['--purge'], kind: 'flag', group: HOW, help: 'Remove the folder afterwards.' },
  check: { ...RUN_OPTIONS.check, flags: ['--check'] },
  diff: { ...RUN_OPTIONS.diff, flags: ['--diff'] },
  ...INVENTORY_OPTIONS,
  ...EXTRA_VARS_OPTION,
  ...TAG_OPTIONS,
  modulePath: RUN_OPTIONS.modulePath,
  ...CONNECTION_OPTIONS,
  ...BECOME_PASSWORD_OPTIONS,
  ...VAULT_OPTIONS,
  listHosts: { ...RUN_OPTIONS.listHosts, group: WHAT },
  verbose: RUN_OPTIONS.verbose,
  help: RUN_OPTIONS.help,
} as const satisfies OptionTable

export type PullArguments = Arguments<typeof PULL_OPTIONS>

/** What `pull` itself does; the rest of the command line is the playbook's. */
export interface PullChoices {
  readonly url: string
  /** Absolute. */
  readonly directory: string
  readonly playbooks: readonly string[]
  readonly onlyIfChanged: boolean
  readonly force: boolean
  readonly purge: boolean
  /** Seconds. */
  readonly sleep: number
}

/** @throws RunnerError `options` */
export function pullChoices(args: PullArguments, io: Io): PullChoices {
  const home = ansibleHome(readAnsibleConfig(io), io)
  const directory = resolve(io.cwd, args.value('directory') ?? join(home, 'pull', hostname()))
  if (existsSync(directory) && !statSync(directory).isDirectory())
    throw new RunnerError('options', `${directory} is not a valid or accessible directory.`)
  const url = args.value('url')
  if (url === undefined) throw new RunnerError('options', 'URL for repository not specified, use -h for help')
  const module = args.value('module') ?? 'git'
  if (module !== 'git') throw new RunnerError('options', `Unsupported repo module ${module}, choices are git`)
  return {
    url,
    directory,
    playbooks: args.words,
    onlyIfChanged: args.flag('onlyIfChanged'),
    force: args.flag('force'),
    purge: args.flag('purge'),
    sleep: nap(args.value('sleep')),
  }
}

function nap(text: string | undefined): number {
  if (text === undefined) return 0
  if (!/^\d+$/.test(text)) throw new RunnerError('options', `${text} is not a number.`)
  return text === '0' ? 0 : randomInt(Number(text))
}

/** The line of `ansible` that fetches the repository. */
export function repositoryLine(args: PullArguments, { url, directory }: PullChoices, io: Io): readonly string[] {
  const key = args.list('privateKey').at(-1)
  const git = {
    repo: url,
    dest: directory,
    ...(args.value('checkout') === undefined ? {} : { version: args.value('checkout') }),
    ...(args.flag('acceptHostKey') ? { accept_hostkey: true } : {}),
    ...(key === undefined ? {} : { key_file: resolve(io.cwd, key) }),
    ...(args.flag('verifyCommit') ? { verify_commit: true } : {}),
    ...(args.flag('trackSubs') ? { track_submodules: true } : {}),
    ...(args.flag('full') ? {} : { depth: 1 }),
    ...(args.flag('clean') ? { force: true } : {}),
  }
  const where = inventoryWords(args, io.cwd)
  return [
    ...(where.length > 0 ? where : ['-i', 'localhost,']),
    '-c',
    'local',
    ...verbosity(args),
    '-m',
    'git',
    '-a',
    JSON.stringify(git),
    'all',
    '-l',
    thisMachine(),
    ...each('-e', args.list('extraVars')),
  ]
}

/** The line of `ansible-playbook` that runs what was fetched. */
export function playbookLine(args: PullArguments, playbooks: readonly string[], io: Io): readonly string[] {
  const limit = args.list('limit')
  const value = (flag: string, given: string | undefined): readonly string[] => (given === undefined ? [] : [flag, given])
  const flag = (name: string, given: boolean): readonly string[] => (given ? [name] : [])
  const file = (given: string | undefined): string | undefined => (given === undefined ? undefined : resolve(io.cwd, given))
  return [
    '-c',
    'local',
    ...verbosity(args),
    ...playbooks,
    ...each(
      '--vault-password-file',
      args.list('vaultPasswordFile').map((path) => resolve(io.cwd, path)),
    ),
    ...each('--vault-id', args.list('vaultId')),
    ...flag('--ask-vault-pass', args.flag('askVaultPass')),
    ...value('--become-password-file', file(args.value('becomePasswordFile'))),
    ...value('--connection-password-file', file(args.value('passwordFile'))),
    ...each(
      '-e',
      args.list('extraVars').map((vars) => (vars.startsWith('@') ? `@${resolve(io.cwd, vars.slice(1))}` : vars)),
    ),
    ...flag('--ask-become-pass', args.flag('askBecomePass')),
    ...each('--skip-tags', args.list('skipTags')),
    ...each('-t', args.list('tags')),
    ...each('-M', args.list('modulePath')),
    '-l',
    limit.length > 0 ? limit.join(',') : thisMachine(),
    ...flag('-C', args.flag('check')),
    ...flag('-D', args.flag('diff')),
    ...flag('--flush-cache', args.flag('flushCache')),
    ...flag('--list-hosts', args.flag('listHosts')),
    ...inventoryOfCheckout(args, io),
  ]
}

/** An inventory may have come with the repository, so it is looked for there too. */
function inventoryOfCheckout(args: PullArguments, io: Io): readonly string[] {
  return each(
    '-i',
    args.list('inventory').map((source) => (existsSync(resolve(io.cwd, source)) ? resolve(io.cwd, source) : source)),
  )
}

/** Those inventories that are there already. */
function inventoryWords(args: PullArguments, folder: string): readonly string[] {
  return each(
    '-i',
    args.list('inventory').filter((source) => source.includes(',') || existsSync(resolve(folder, source))),
  )
}

function verbosity(args: PullArguments): readonly string[] {
  const count = args.count('verbose')
  return count === 0 ? [] : [`-${'v'.repeat(count)}`]
}

function each(flag: string, values: readonly string[]): readonly string[] {
  return values.flatMap((value) => [flag, value])
}

/** The names under which an inventory may know this machine. */
function thisMachine(): string {
  const name = hostname()
  return [...new Set(['localhost', name, name.split('.')[0] ?? name, '127.0.0.1'])].join(',')
}
