import { Failure } from '../runner/module/index.ts'
import { toByteText } from './_bytes.ts'
import { resolveMode } from './_mode.ts'
import { compileRegex } from './_regex.ts'

/** What find knows of one path. */
export interface Entry {
  readonly path: string
  readonly type: 'file' | 'directory' | 'link' | 'other'
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly owner: string
  readonly group: string
  readonly size: number
  readonly atime: number
  readonly mtime: number
  readonly ctime: number
  readonly inode: number
  readonly dev: number
  readonly nlink: number
}

export interface FilterArgs {
  readonly patterns?: readonly string[] | undefined
  readonly excludes?: readonly string[] | undefined
  readonly use_regex: boolean
  readonly hidden: boolean
  readonly file_type: 'any' | 'directory' | 'file' | 'link'
  readonly age?: string | undefined
  readonly age_stamp: 'atime' | 'ctime' | 'mtime'
  readonly size?: string | undefined
  readonly mode?: string | undefined
  readonly exact_mode: boolean
}

/** Which entries the arguments want; `now` in seconds. */
export function entryFilter(task: FilterArgs, now: number): ((entry: Entry) => boolean) | Failure {
  const wanted = nameTest(task.patterns ?? [], task.use_regex)
  const unwanted = nameTest(task.excludes ?? [], task.use_regex)
  if (wanted instanceof Failure) return wanted
  if (unwanted instanceof Failure) return unwanted
  return (entry) => {
    const name = entry.path.slice(entry.path.lastIndexOf('/') + 1)
    if (!task.hidden && name.startsWith('.')) return false
    if (task.file_type !== 'any' && entry.type !== task.file_type) return false
    if ((task.patterns ?? []).length > 0 && !wanted(name)) return false
    return !unwanted(name) && fitsAge(entry, task, now) && fitsSize(entry, task) && fitsMode(entry, task)
  }
}

function nameTest(patterns: readonly string[], regex: boolean): ((name: string) => boolean) | Failure {
  const tests = patterns.map((pattern) => compileRegex(regex ? `\\A(?:${toByteText(pattern)})` : globRegex(toByteText(pattern))))
  const bad = tests.find((each) => each instanceof Failure)
  if (bad instanceof Failure) return bad
  return (name) => tests.some((each) => 'exec' in each && each.exec(toByteText(name)) !== null)
}

/** A shell pattern as an expression for the whole name. */
export function globRegex(glob: string): string {
  const body = glob.replace(/\[!?\]?[^\]]*\]|[\\^$.*+?()[\]{}|]/g, (piece) => {
    if (piece === '*') return '.*'
    if (piece === '?') return '.'
    return piece.length > 1 ? piece.replace(/^\[!/, '[^') : `\\${piece}`
  })
  return `(?s)\\A${body}\\Z`
}

const AGE_UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
const SIZE_UNITS: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }

/** `-2h`: at most; `2h`: at least. */
function fitsAge(entry: Entry, task: FilterArgs, now: number): boolean {
  if (task.age === undefined) return true
  const limit = measure(task.age, AGE_UNITS)
  const age = now - entry[task.age_stamp]
  return limit >= 0 && !task.age.startsWith('-') ? age >= limit : age <= Math.abs(limit)
}

function fitsSize(entry: Entry, task: FilterArgs): boolean {
  if (task.size === undefined || entry.type !== 'file') return true
  const limit = measure(task.size, SIZE_UNITS)
  return task.size.startsWith('-') ? entry.size <= Math.abs(limit) : entry.size >= limit
}

function fitsMode(entry: Entry, task: FilterArgs): boolean {
  if (task.mode === undefined) return true
  const wanted = resolveMode(task.mode, { current: 0, directory: entry.type === 'directory', umask: 0 })
  return task.exact_mode ? entry.mode === wanted : (entry.mode & wanted) === wanted
}

export const MEASURE = /^(-?\d+)([a-z])?[a-z]*$/i

function measure(text: string, units: Readonly<Record<string, number>>): number {
  const match = MEASURE.exec(text)
  return Number(match?.[1] ?? 0) * (units[match?.[2]?.toLowerCase() ?? ''] ?? 1)
}
