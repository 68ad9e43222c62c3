import { nearest } from '../base/nearest.ts'
import { UsageError } from './usage-error.ts'

/** One command-line option; a table of them is all that parsing and help know of a command. */
export interface OptionSpec {
  readonly flags: readonly string[]
  /** `flag` is present or not, `count` may be repeated (-vvv), `value` keeps the last one, `list` keeps all. */
  readonly kind: 'flag' | 'count' | 'value' | 'list'
  readonly value?: string | undefined
  readonly choices?: readonly string[] | undefined
  readonly help: string
  readonly group: string
}

export type OptionTable = Readonly<Record<string, OptionSpec>>

type NamesOf<T extends OptionTable, K extends OptionSpec['kind']> = { [N in keyof T]: T[N]['kind'] extends K ? N : never }[keyof T] & string

/** What was given on a command line, by the names of the table. */
export class Arguments<T extends OptionTable> {
  readonly #given: ReadonlyMap<string, readonly string[]>
  readonly words: readonly string[]

  constructor(given: ReadonlyMap<string, readonly string[]>, words: readonly string[]) {
    this.#given = given
    this.words = words
  }

  flag(name: NamesOf<T, 'flag'>): boolean {
    return this.#given.has(name)
  }

  count(name: NamesOf<T, 'count'>): number {
    return this.#given.get(name)?.length ?? 0
  }

  value(name: NamesOf<T, 'value'>): string | undefined {
    return this.#given.get(name)?.at(-1)
  }

  list(name: NamesOf<T, 'list'>): readonly string[] {
    return this.#given.get(name) ?? []
  }
}

/**
 * Reads a command line as Ansible's tools do: `-l web`, `-lweb`, `--limit web`, `--limit=web`, `-Cvv`, unambiguous
 * beginnings of long names, options and words in any order, `--` before words that look like options.
 * @throws UsageError
 */
export function parseArguments<T extends OptionTable>(table: T, argv: readonly string[]): Arguments<T> {
  const given = new Map<string, string[]>()
  const words: string[] = []
  const queue = [...argv]
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word === '--') words.push(...queue.splice(0))
    else if (word.startsWith('--')) takeLong(table, word, { given, queue })
    else if (word.startsWith('-') && word !== '-') takeShort(table, word, { given, queue })
    else words.push(word)
  }
  return new Arguments(given, words)
}

interface Taken {
  readonly given: Map<string, string[]>
  readonly queue: string[]
}

function takeLong(table: OptionTable, word: string, taken: Taken): void {
  const at = word.indexOf('=')
  const flag = at === -1 ? word : word.slice(0, at)
  const [name, spec] = findLong(table, flag)
  if (!takesValue(spec)) {
    if (at !== -1) throw new UsageError(`option ${flag} takes no value`)
    return add(taken.given, name, '')
  }
  add(taken.given, name, at === -1 ? nextValue(flag, taken.queue) : word.slice(at + 1))
}

function takeShort(table: OptionTable, word: string, taken: Taken): void {
  for (let rest = word.slice(1); rest !== ''; ) {
    const flag = `-${rest.charAt(0)}`
    rest = rest.slice(1)
    const found = Object.entries(table).find(([, spec]) => spec.flags.includes(flag))
    if (found === undefined) throw new UsageError(`no such option: ${flag}${word.length > 2 ? ` (in ${word})` : ''}`)
    if (!takesValue(found[1])) add(taken.given, found[0], '')
    else {
      add(taken.given, found[0], rest === '' ? nextValue(flag, taken.queue) : rest.replace(/^=/, ''))
      rest = ''
    }
  }
}

function findLong(table: OptionTable, flag: string): readonly [string, OptionSpec] {
  const entries = Object.entries(table)
  const exact = entries.find(([, spec]) => spec.flags.includes(flag))
  if (exact !== undefined) return exact
  const begun = entries.filter(([, spec]) => spec.flags.some((each) => each.startsWith(flag)))
  const [only] = begun
  if (only !== undefined && begun.length === 1) return only
  const names = entries.flatMap(([, spec]) => spec.flags.filter((each) => each.startsWith('--')))
  if (begun.length > 1) throw new UsageError(`option ${flag} is ambiguous: ${names.filter((each) => each.startsWith(flag)).join(', ')}`)
  const meant = nearest(flag, names)
  throw new UsageError(`no such option: ${flag}`, meant === undefined ? undefined : `did you mean ${meant}?`)
}

function takesValue(spec: OptionSpec): boolean {
  return spec.kind === 'value' || spec.kind === 'list'
}

function nextValue(flag: string, queue: string[]): string {
  const value = queue.shift()
  if (value === undefined) throw new UsageError(`option ${flag} needs a value`)
  return value
}

function add(given: Map<string, string[]>, name: string, value: string): void {
  const before = given.get(name)
  if (before === undefined) given.set(name, [value])
  else before.push(value)
}
