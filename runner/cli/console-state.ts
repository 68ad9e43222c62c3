import type { Inventory } from '../load/inventory-types.ts'

/** What a console keeps between two lines. */
export interface ConsoleState {
  readonly pattern: string
  readonly forks: number
  readonly verbosity: number
  readonly check: boolean
  readonly diff: boolean
  /** Seconds; 0: none. */
  readonly timeout: number
  readonly remoteUser: string | undefined
  readonly become: boolean
  readonly becomeUser: string | undefined
  readonly becomeMethod: string | undefined
}

/** What a line of the console brings about. */
export interface Answer {
  readonly state?: Partial<ConsoleState>
  readonly out?: string | undefined
  readonly error?: string | undefined
  readonly warning?: string | undefined
}

/** What the lines are about. */
export interface ConsoleWorld {
  readonly inventory: Inventory
  /** The hosts that are meant now. */
  readonly selected: readonly string[]
}

type Setting = (argument: string, state: ConsoleState, world: ConsoleWorld) => Answer

/** The commands that change what later lines mean, by the names that ansible-console gives them. */
export const CONSOLE_COMMANDS: Readonly<Record<string, { readonly help: string; readonly run: Setting }>> = {
  cd: { help: 'Change active host/group. \nUsage: cd <group>|<host>|<host pattern>', run: cd },
  list: { help: "List the hosts in the current group or a list of groups if you add 'groups'.", run: list },
  become: {
    help: 'Toggle whether the tasks are run with become',
    run: (word) => (word === '' ? { out: 'Please specify become value, e.g. `become yes`' } : { state: { become: isYes(word) } }),
  },
  become_user: {
    help: 'Set the user for use with privilege escalation (which remote user attempts to ‘become’ when become is enabled)'.replace(
      /[‘’]/g,
      "'",
    ),
    run: (word) => (word === '' ? { out: 'Please specify a user, e.g. `become_user jenkins`' } : { state: { becomeUser: word } }),
  },
  become_method: {
    help: 'Set the privilege escalation plugin to use when become is enabled',
    run: (word) => (word === '' ? { out: 'Please specify a become_method, e.g. `become_method su`' } : { state: { becomeMethod: word } }),
  },
  remote_user: {
    help: 'Set the user for use as login to the remote target',
    run: (word) => (word === '' ? { out: 'Please specify a remote user, e.g. `remote_user root`' } : { state: { remoteUser: word } }),
  },
  check: {
    help: 'Toggle check_mode for the tasks',
    run: (word) =>
      word === ''
        ? { out: 'Please specify check mode value, e.g. `check yes`' }
        : { state: { check: isYes(word) }, out: `check mode changed to ${pythonBoolean(isYes(word))}` },
  },
  diff: {
    help: 'Toggle diff output for the tasks',
    run: (word) =>
      word === ''
        ? { out: 'Please specify a diff value , e.g. `diff yes`' }
        : { state: { diff: isYes(word) }, out: `diff mode changed to ${pythonBoolean(isYes(word))}` },
  },
  forks: { help: 'Set the number of forks to use per task\nUsage: forks <number>', run: forks },
  serial: { help: 'Set the number of forks to use per task\nUsage: forks <number>', run: forks },
  timeout: { help: 'Set task timeout in seconds\nUsage: timeout <seconds>', run: timeout },
  verbosity: { help: 'Set the verbosity level, equivalent to -v for 1 and -vvvv for 4.', run: verbosity },
  collections: {
    help: 'Accepted: modules are found by their short names here, whatever collection they belong to.',
    run: () => ({}),
  },
}

function cd(pattern: string, _state: ConsoleState, { inventory }: ConsoleWorld): Answer {
  if (pattern === '') return { state: { pattern: '*' } }
  if (pattern === '/' || pattern === '*' || pattern === '/*') return { state: { pattern: 'all' } }
  if (inventory.select(pattern).length > 0) return { state: { pattern } }
  return { warning: `Could not match supplied host pattern, ignoring: ${pattern}`, out: 'no host matched' }
}

function list(word: string, _state: ConsoleState, { inventory, selected }: ConsoleWorld): Answer {
  if (word === '') return { out: selected.join('\n') }
  if (word === 'groups') return { out: [...inventory.groups].sort().join('\n') }
  return { error: 'Invalid option passed to "list"', out: CONSOLE_COMMANDS['list']?.help }
}

function forks(word: string): Answer {
  if (word === '') return { out: 'Usage: forks <number>' }
  if (!/^-?\d+$/.test(word)) return { error: 'Invalid argument for "forks"', out: 'Usage: forks <number>' }
  return Number(word) > 0 ? { state: { forks: Number(word) } } : { out: 'forks must be greater than or equal to 1' }
}

function timeout(word: string): Answer {
  if (word === '') return { out: 'Usage: timeout <seconds>' }
  if (!/^-?\d+$/.test(word)) return { error: `The timeout must be a valid positive integer, or 0 to disable: ${notANumber(word)}` }
  return Number(word) < 0
    ? { error: 'The timeout must be greater than or equal to 1, use 0 to disable' }
    : { state: { timeout: Number(word) } }
}

function verbosity(word: string): Answer {
  if (word === '') return { out: 'Usage: verbosity <number>' }
  return /^\d+$/.test(word)
    ? { state: { verbosity: Number(word) } }
    : { error: `The verbosity must be a valid integer: ${notANumber(word)}` }
}

function notANumber(word: string): string {
  return `invalid literal for int() with base 10: '${word}'`
}

/** Anything but yes is no. */
function isYes(word: string): boolean {
  return ['y', 'yes', 'on', '1', 'true', 't'].includes(word.toLowerCase())
}

function pythonBoolean(value: boolean): string {
  return value ? 'True' : 'False'
}
