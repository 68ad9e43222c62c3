import type { OptionTable } from './arguments.ts'

const CONNECT = 'Connection'
const BECOME = 'Privilege escalation'

/** The options of every command that connects: as whom, and how. */
export const CONNECTION_OPTIONS = {
  user: { flags: ['-u', '--user'], kind: 'value', value: 'USER', group: CONNECT, help: 'Connect as this user.' },
  askPass: { flags: ['-k', '--ask-pass'], kind: 'flag', group: CONNECT, help: 'Ask for the connection password.' },
  passwordFile: {
    flags: ['--connection-password-file', '--conn-pass-file'],
    kind: 'value',
    value: 'FILE',
    group: CONNECT,
    help: 'A file with the connection password, or a program that prints it.',
  },
  privateKey: { flags: ['--private-key', '--key-file'], kind: 'list', value: 'FILE', group: CONNECT, help: 'Connect with this key.' },
  connection: {
    flags: ['-c', '--connection'],
    kind: 'value',
    value: 'ssh|local',
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
  sshCommonArgs: {
    flags: ['--ssh-common-args'],
    kind: 'value',
    value: 'ARGS',
    group: CONNECT,
    help: "ssh's arguments for all connections: -J (ProxyJump), -i, -l, -p and some of -o.",
  },
  sshExtraArgs: { flags: ['--ssh-extra-args'], kind: 'value', value: 'ARGS', group: CONNECT, help: 'Further ones.' },
  sftpExtraArgs: {
    flags: ['--sftp-extra-args'],
    kind: 'value',
    value: 'ARGS',
    group: CONNECT,
    help: 'Refused: files travel over the shell, sftp is not used.',
  },
  scpExtraArgs: {
    flags: ['--scp-extra-args'],
    kind: 'value',
    value: 'ARGS',
    group: CONNECT,
    help: 'Refused: files travel over the shell, scp is not used.',
  },
} as const satisfies OptionTable

/** The options for passwords of privilege escalation alone. */
export const BECOME_PASSWORD_OPTIONS = {
  askBecomePass: { flags: ['-K', '--ask-become-pass'], kind: 'flag', group: BECOME, help: 'Ask for its password.' },
  becomePasswordFile: {
    flags: ['--become-password-file', '--become-pass-file'],
    kind: 'value',
    value: 'FILE',
    group: BECOME,
    help: 'A file with its password, or a program that prints it.',
  },
} as const satisfies OptionTable

export const BECOME_OPTIONS = {
  become: { flags: ['-b', '--become'], kind: 'flag', group: BECOME, help: 'Run tasks as another user.' },
  becomeUser: { flags: ['--become-user'], kind: 'value', value: 'USER', group: BECOME, help: 'Which user (default root).' },
  becomeMethod: {
    flags: ['--become-method'],
    kind: 'value',
    value: 'sudo|su',
    group: BECOME,
    help: 'By which program (default sudo).',
  },
  ...BECOME_PASSWORD_OPTIONS,
} as const satisfies OptionTable
