import { definition, optionsHelp } from './help.ts'
import { PLAYBOOK_OPTIONS } from './playbook-options.ts'

const USAGES: Readonly<Record<string, string>> = {
  lab: 'usage: run lab up|down|status|ssh [HOST…]',
  secrets: 'usage: run secrets init [FILE] [--force]',
  vault: 'usage: run vault create|view|edit|encrypt|decrypt|rekey FILE… | encrypt-string TEXT…',
  doc: 'usage: run doc [MODULE]',
  timeline: 'usage: run timeline [JOURNAL] [--svg FILE]',
  inventory: 'usage: run inventory [-i INVENTORY] --list | --graph [GROUP] | --host HOST',
}

const PLAYBOOK_USAGE = 'usage: run PLAYBOOK… [-i INVENTORY] [OPTIONS]        (run --help lists them)'

/** The usage line that fits a command line which could not be read. */
export function usageLine(argv: readonly string[]): string {
  const [first = ''] = argv
  return USAGES[first] ?? PLAYBOOK_USAGE
}

/** `run --help` */
export function helpText(): string {
  return [
    'Runs playbooks on hosts over SSH; the hosts need nothing but sshd and a POSIX shell.',
    '',
    'Commands:',
    definition('run PLAYBOOK…', 'Run playbooks.'),
    definition('run lab up|down|status|ssh', 'The disposable hosts of this machine.'),
    definition('run secrets init', 'Write random passwords for the roles into the inventory.'),
    definition('run vault ACTION', 'Create, view, edit, encrypt, decrypt and rekey files; encrypt texts.'),
    definition('run doc [MODULE]', 'List the modules, or show how to use one.'),
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
