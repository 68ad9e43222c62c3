import type { OptionTable } from './arguments.ts'
import { definition, optionsHelp } from './help.ts'
import type { Io } from './io.ts'
import { PLAYBOOK_OPTIONS } from './playbook-options.ts'

/** What stands behind the program's name in its usage line. */
const USAGES: Readonly<Record<string, string>> = {
  adhoc: 'PATTERN [-m MODULE] [-a ARGUMENTS] [OPTIONS]',
  console: '[PATTERN] [OPTIONS]',
  doc: '[-l | -s | -j] [MODULE…]',
  galaxy: '[collection|role] install [SOURCE…] [-r FILE] [-p FOLDER] | list [NAME] | role remove NAME…',
  inventory: '[-i INVENTORY] --list | --graph [GROUP] | --host HOST',
  lab: 'up|down|status|ssh [HOST…]',
  playbook: 'PLAYBOOK… [-i INVENTORY] [OPTIONS]',
  pull: '-U URL [OPTIONS] [PLAYBOOK…]',
  secrets: 'init [FILE] [--force]',
  timeline: '[JOURNAL] [--svg FILE]',
  vault: 'create|view|edit|encrypt|decrypt|rekey FILE… | encrypt-string TEXT…',
}

/** The usage line of a command, under the name that we were called by. */
export function usageLine(command: string, { tool }: Io): string {
  const program = tool ?? (command === 'playbook' ? 'run' : `run ${command}`)
  const more = tool === undefined && command === 'playbook' ? '        (run --help lists them)' : ''
  return `usage: ${program} ${USAGES[command] ?? ''}${more}`
}

/** What `--help` of one command prints. */
export function commandHelp(command: string, io: Io, options: OptionTable): string {
  return `${usageLine(command, io)}\n\n${optionsHelp(options)}`
}

/** `run --help` */
export function helpText(): string {
  return [
    'Runs playbooks on hosts over SSH; the hosts need nothing but sshd and a POSIX shell.',
    '',
    'Commands:',
    definition('run PLAYBOOK…', 'Run playbooks.'),
    definition('run adhoc PATTERN', 'Run one module on hosts.'),
    definition('run console [PATTERN]', 'Run modules and commands on hosts, typed one after the other.'),
    definition('run pull -U URL', 'Fetch a repository of playbooks and run one of them on this machine.'),
    definition('run lab up|down|status|ssh', 'The disposable hosts of this machine.'),
    definition('run secrets init', 'Write random passwords for the roles into the inventory.'),
    definition('run vault ACTION', 'Create, view, edit, encrypt, decrypt and rekey files; encrypt texts.'),
    definition('run doc [MODULE]', 'List the modules, or show how to use one.'),
    definition('run galaxy install', 'Install roles and collections from folders, archives and repositories; list them.'),
    definition('run inventory', 'Show hosts, groups and their variables.'),
    definition('run timeline [JOURNAL]', 'Where the time of a run went: a table, or a picture with --svg.'),
    definition('run --version', 'Show the version.'),
    '',
    optionsHelp(PLAYBOOK_OPTIONS),
    'Exit codes: 0 all well, 1 error, 2 a host failed or wrong usage, 4 a host was unreachable or a file does not parse,',
    '5 a bad option value, 99 interrupted, 250 a bug.',
    '',
  ].join('\n')
}
