import type { OptionTable } from '../arguments.ts'

export const GALAXY_OPTIONS = {
  path: {
    flags: ['-p', '--collections-path', '--roles-path'],
    kind: 'list',
    value: 'FOLDER',
    group: 'Where',
    help: 'Where it is installed, or looked for.',
  },
  requirements: {
    flags: ['-r', '--requirements-file', '--role-file'],
    kind: 'value',
    value: 'FILE',
    group: 'What',
    help: 'A file that lists roles and collections.',
  },
  force: { flags: ['-f', '--force'], kind: 'flag', group: 'How', help: 'Install over what is there.' },
  forceWithDeps: { flags: ['--force-with-deps'], kind: 'flag', group: 'How', help: 'The same.' },
  noDeps: { flags: ['-n', '--no-deps'], kind: 'flag', group: 'How', help: 'Do not ask for what collections depend on.' },
  ignoreErrors: { flags: ['-i', '--ignore-errors'], kind: 'flag', group: 'How', help: 'Go on with the next one after an error.' },
  upgrade: { flags: ['-U', '--upgrade'], kind: 'flag', group: 'How', help: 'Install other versions of what is there.' },
  format: { flags: ['--format'], kind: 'value', choices: ['human', 'json', 'yaml'], group: 'list', help: 'How the list is written.' },
  offline: { flags: ['--offline'], kind: 'flag', group: 'How', help: 'Accepted: no server is ever asked.' },
  pre: { flags: ['--pre'], kind: 'flag', group: 'How', help: 'Accepted: what is named is installed, pre-release or not.' },
  keepScmMeta: { flags: ['-g', '--keep-scm-meta'], kind: 'flag', group: 'How', help: 'Accepted, without effect.' },
  ignoreCerts: { flags: ['-c', '--ignore-certs'], kind: 'flag', group: 'How', help: 'Accepted, without effect.' },
  disableGpgVerify: { flags: ['--disable-gpg-verify'], kind: 'flag', group: 'How', help: 'Accepted: signatures are a matter of servers.' },
  verbose: { flags: ['-v', '--verbose'], kind: 'count', group: 'How', help: 'Accepted; there is nothing more to say.' },
  help: { flags: ['-h', '--help'], kind: 'flag', group: 'How', help: 'This text.' },
} as const satisfies OptionTable
