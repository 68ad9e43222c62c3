import { dirname, resolve } from 'node:path'

/** What a run showed, in a form that is the same on every machine and at every time. */
export interface Outcome {
  readonly exit: number
  /** Lines. */
  readonly stdout: readonly string[]
  readonly stderr: readonly string[]
  readonly results: readonly TaskLine[]
}

/** One task on one host: what `register` holds. */
export interface TaskLine {
  readonly task: string
  readonly host: string
  readonly status: string
  readonly data: Readonly<Record<string, unknown>>
}

export interface RawOutcome {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
  readonly results: readonly TaskLine[]
}

export function normalise(raw: RawOutcome, folder: string): Outcome {
  return {
    exit: raw.exit,
    stdout: linesOf(raw.stdout, folder),
    stderr: linesOf(raw.stderr, folder),
    results: raw.results.map((line) => ({ ...line, data: cleaned(line.data, folder) })),
  }
}

/** Texts that differ from run to run: where the case lies, times, what ansible keeps in its temporary folder. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\.\d{6}/g, '<time>'],
  [/executable location = [^"\n]*/g, 'executable location = <program>'],
  [/\b0:00:0\d\.\d{6}/g, '<delta>'],
  [/\/root\/\.ansible\/tmp\/ansible-tmp-[\d.-]+\/[^"\s]*/g, '<tmp>'],
  // ansible-core knows where each value of a variable was written; we know where the variable was set.
  [/(derived from value of type '\w+') at '[^']*'/g, '$1'],
  [/\bj?\d{9,13}\.\d{1,9}\b/g, '<id>'],
]

export function stable(text: string): string {
  return VARYING.reduce((out, [pattern, name]) => out.replace(pattern, name), text)
}

/** Our own roles are looked for in the package. */
const PACKAGE = resolve(import.meta.dirname, '../..')

function placeless(text: string, folder: string): string {
  return stable(text.replaceAll(folder, '<case>').replaceAll(dirname(folder), '<parent>').replaceAll(PACKAGE, '<package>'))
}

function linesOf(text: string, folder: string): readonly string[] {
  const lines = placeless(text, folder).split('\n')
  return unhurried(lines.at(-1) === '' ? lines.slice(0, -1) : lines)
}

/** Without the lines that tell how often a job was asked: that depends on how fast the machine is. */
export function unhurried(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !line.startsWith('ASYNC POLL on '))
}

/** Keys of results that are not part of what a playbook can rely on, or that tell of this one run. */
const DROPPED = new Set(['invocation', 'exception', 'warnings', 'deprecations', 'failed_when_suppressed_exception'])
const VARYING_KEYS = new Set(['start', 'end', 'delta', 'inode', 'ino', 'dev', 'mtime', 'atime', 'ctime', 'ansible_job_id', 'results_file'])

/** ansible's copies tell of the file they uploaded, or of the file module that ran instead; they have an MD5 sum and differences too. */
const DROPPED_OF_COPIES = new Set(['src', 'path', 'md5sum', 'diff'])

function isDropped(key: string, data: Readonly<Record<string, unknown>>): boolean {
  if (key === 'ansible_facts' && isRecord(data[key]) && data[key]['module_setup'] === true) return true
  return DROPPED.has(key) || (DROPPED_OF_COPIES.has(key) && 'dest' in data && 'checksum' in data)
}

function cleaned(data: Readonly<Record<string, unknown>>, folder: string): Record<string, unknown> {
  const kept = Object.entries(data)
    .filter(([key]) => !isDropped(key, data))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(
    kept.map(([key, value]) => [placeless(key, folder), VARYING_KEYS.has(key) && !isRecord(value) ? `<${key}>` : clean(value, folder)]),
  )
}

function clean(value: unknown, folder: string): unknown {
  if (typeof value === 'string') return placeless(value, folder)
  if (Array.isArray(value)) return value.map((item) => clean(item, folder))
  return isRecord(value) ? cleaned(value, folder) : value
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Results by the rules of today. */
export function tidied(results: readonly TaskLine[]): readonly TaskLine[] {
  return results.map((line) => ({ ...line, data: cleaned(line.data, NOWHERE) }))
}

/** A folder that no text names. */
const NOWHERE = '/nowhere/at/all'
