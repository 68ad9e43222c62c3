import { resolve } from 'node:path'
import { RunnerError } from '../base/error.ts'
import type { CliDefaults } from '../execute/options.ts'
import { parseSshArguments } from '../execute/ssh-arguments.ts'
import type { AnsibleConfig } from './ansible-config.ts'
import type { Arguments } from './arguments.ts'
import type { BECOME_OPTIONS, CONNECTION_OPTIONS } from './connection-options.ts'
import type { Io } from './io.ts'
import { choice, wholeNumber } from './option-values.ts'

type ConnectionArguments = Pick<Arguments<typeof CONNECTION_OPTIONS & typeof BECOME_OPTIONS>, 'flag' | 'list' | 'value'>

/** As whom and how to connect, by the command line and the settings: below every variable. */
export interface ConnectionChoices extends Omit<CliDefaults, 'password' | 'becomePassword'> {
  readonly askPass: boolean
  readonly askBecomePass: boolean
  /** Files or programs. */
  readonly passwordFile: string | undefined
  readonly becomePasswordFile: string | undefined
}

const CONNECTIONS = ['ssh', 'local', 'smart', 'paramiko', 'paramiko_ssh'] as const
const BECOME_METHODS = ['sudo', 'su'] as const

/** @throws RunnerError `options` for a bad value, and for what only the programs of OpenSSH could do */
export function connectionChoices(args: ConnectionArguments, config: AnsibleConfig, io: Io): ConnectionChoices {
  refuseTransferArguments(args)
  const passwordFile = args.value('passwordFile')
  const becomePasswordFile = args.value('becomePasswordFile')
  if (args.flag('askPass') && passwordFile !== undefined) throw exclusive('-k/--ask-pass', '--connection-password-file/--conn-pass-file')
  if (args.flag('askBecomePass') && becomePasswordFile !== undefined)
    throw exclusive('-K/--ask-become-pass', '--become-password-file/--become-pass-file')
  return {
    ...loginChoices(args, config, io),
    ...becomeChoices(args, config),
    askPass: args.flag('askPass') || config.bool('DEFAULT_ASK_PASS', false),
    askBecomePass: args.flag('askBecomePass') || config.bool('DEFAULT_BECOME_ASK_PASS', false),
    passwordFile: passwordFile ?? config.path('CONNECTION_PASSWORD_FILE'),
    becomePasswordFile: becomePasswordFile ?? config.path('BECOME_PASSWORD_FILE'),
  }
}

function loginChoices(args: ConnectionArguments, config: AnsibleConfig, io: Io): CliDefaults {
  const keys = args.list('privateKey').map((key) => resolve(io.cwd, key))
  const configuredKey = config.path('DEFAULT_PRIVATE_KEY_FILE')
  const timeout = args.value('timeout')
  const configured = (name: 'DEFAULT_TIMEOUT' | 'DEFAULT_REMOTE_PORT'): number | undefined =>
    config.text(name) === undefined ? undefined : config.int(name, 0)
  const ssh = [
    config.text('connection ssh: ssh_args'),
    args.value('sshCommonArgs') ?? config.text('connection ssh: ssh_common_args'),
    args.value('sshExtraArgs') ?? config.text('connection ssh: ssh_extra_args'),
  ].filter((part) => part !== undefined)
  return {
    user: args.value('user') ?? config.text('DEFAULT_REMOTE_USER'),
    privateKeyFiles: keys.length > 0 ? keys : configuredKey === undefined ? undefined : [configuredKey],
    connection: choice('--connection', bare(args.value('connection') ?? config.text('DEFAULT_TRANSPORT')), CONNECTIONS),
    timeout: timeout === undefined ? configured('DEFAULT_TIMEOUT') : wholeNumber('--timeout', timeout, 0),
    port: configured('DEFAULT_REMOTE_PORT'),
    sshArguments: parseSshArguments(ssh.join(' ')),
    hostKeyChecking: config.text('HOST_KEY_CHECKING') === undefined ? undefined : config.bool('HOST_KEY_CHECKING', true),
    retries:
      config.text('connection ssh: reconnection_retries') === undefined ? undefined : config.int('connection ssh: reconnection_retries', 0),
    shell: config.text('DEFAULT_EXECUTABLE'),
  }
}

function becomeChoices(args: ConnectionArguments, config: AnsibleConfig): CliDefaults {
  return {
    become: args.flag('become') || config.bool('DEFAULT_BECOME', false) ? true : undefined,
    becomeUser: args.value('becomeUser') ?? config.text('DEFAULT_BECOME_USER'),
    becomeMethod: choice('--become-method', bare(args.value('becomeMethod') ?? config.text('DEFAULT_BECOME_METHOD')), BECOME_METHODS),
    becomeExe: config.text('DEFAULT_BECOME_EXE'),
    becomeFlags: config.text('DEFAULT_BECOME_FLAGS'),
  }
}

/** Without the collection: `ansible.builtin.ssh`. */
function bare(name: string | undefined): string | undefined {
  return name?.replace(/^ansible\.(builtin|legacy)\./, '')
}

function refuseTransferArguments(args: ConnectionArguments): void {
  for (const [flag, value] of [
    ['--sftp-extra-args', args.value('sftpExtraArgs')],
    ['--scp-extra-args', args.value('scpExtraArgs')],
  ] as const)
    if (value !== undefined && value !== '')
      throw new RunnerError('options', `${flag} has nothing to be about: files travel over the shell`, {
        hint: 'arguments that concern the connection go to --ssh-common-args',
      })
}

function exclusive(one: string, other: string): RunnerError {
  return new RunnerError('options', `argument ${other}: not allowed with argument ${one}`)
}
