import type { TaskRef } from '../base/event.ts'
import type { TaskResult } from '../base/result.ts'
import { formatSource, type Source, sourceFrame } from '../base/source.ts'
import { isList, isRecord, toPlain, type Value } from '../base/value.ts'
import type { Style } from './_style.ts'
import { unified } from './_unified.ts'

/** A line below a result, and how it is meant. */
export interface Line {
  readonly style: Style
  readonly text: string
}

export interface DetailOptions {
  readonly diff: boolean
  /** The number of `-v`s. */
  readonly verbosity: number
}

/** How many lines of a failed command's output are shown without `-v`. */
const TAIL = 12

/** What is worth saying of a result besides its status: changes, differences, why it failed and where. */
export function resultLines(task: TaskRef, result: TaskResult, options: DetailOptions): Line[] {
  if (result.censored === true) return result.status === 'failed' ? [{ style: 'dim', text: 'the result is hidden by no_log' }] : []
  return [
    ...result.changes.map((text): Line => ({ style: 'plain', text })),
    ...(options.diff ? result.diffs.flatMap(diffLines) : []),
    ...messageLines(task, result, options),
    ...(options.verbosity > 0 && !isDebug(task) ? dataLines(result) : []),
  ]
}

function messageLines(task: TaskRef, result: TaskResult, options: DetailOptions): Line[] {
  switch (result.status) {
    case 'failed':
    case 'unreachable':
      return [...failureLines(task, result), ...(result.status === 'failed' ? outputLines(result, options) : [])]
    case 'unknown':
      return text('unknown', result.message ?? 'check mode cannot tell')
    case 'skipped':
      return text('dim', result.message ?? '')
    case 'ok':
    case 'changed':
      return isDebug(task) ? debugLines(result) : options.verbosity > 0 ? text('dim', result.message ?? '') : []
  }
}

function failureLines(task: TaskRef, result: TaskResult): Line[] {
  const { error } = result
  const message = error?.message ?? result.message ?? stringOf(result.data['msg']) ?? 'the task failed'
  const context =
    error !== undefined &&
    result.message !== undefined &&
    !result.message.includes(error.message) &&
    !error.message.includes(result.message)
      ? [result.message]
      : []
  const hint = error?.hint === undefined ? [] : [`hint: ${error.hint}`]
  return [
    ...[...context, message].flatMap((part) => text('failed', part)),
    ...placeLines(error?.source ?? task.source),
    ...(error?.trace ?? []).map((line): Line => ({ style: 'dim', text: line })),
    ...userLines(task, error?.source),
    ...hint.map((line): Line => ({ style: 'plain', text: line })),
  ]
}

/** An error in another file than the task's: which task came to it. */
function userLines(task: TaskRef, source: Source | undefined): Line[] {
  if (source === undefined || source.file === task.source.file) return []
  return [{ style: 'dim', text: `used by the task at ${formatSource(task.source)}` }]
}

/** `at FILE:LINE:COL` and the lines of the source there. */
export function placeLines(source: Source): Line[] {
  const frame = sourceFrame(source)
  return [
    { style: 'dim', text: `at ${formatSource(source)}` },
    ...(frame === '' ? [] : frame.split('\n').map((line): Line => ({ style: 'dim', text: `  ${line}` }))),
  ]
}

/** The end of what a failed command wrote; with `-v` all of it is in the data. */
function outputLines(result: TaskResult, options: DetailOptions): Line[] {
  if (options.verbosity > 0) return []
  return (['stderr', 'stdout'] as const).flatMap((stream) => {
    const output = stringOf(result.data[stream])?.trimEnd() ?? ''
    if (output === '' || result.message?.includes(output) === true) return []
    const lines = output.split('\n')
    const cut = lines.length > TAIL ? [`… ${String(lines.length - TAIL)} lines before`] : []
    return [...cut, ...lines.slice(-TAIL)].map((line): Line => ({ style: 'plain', text: `${stream} | ${line}` }))
  })
}

function debugLines(result: TaskResult): Line[] {
  const shown = result.message ?? readable(Object.hasOwn(result.data, 'msg') ? (result.data['msg'] ?? null) : result.data)
  return text('plain', shown)
}

const NOISE = new Set(['changed', 'failed', 'skipped', 'msg', 'diff', 'invocation', 'results', 'stdout_lines', 'stderr_lines'])

function dataLines(result: TaskResult): Line[] {
  const entries = Object.entries(result.data).filter(([key]) => !NOISE.has(key) && !key.startsWith('_'))
  return entries.flatMap(([key, value]) => text('dim', `${key}: ${readable(value)}`))
}

function diffLines(diff: TaskResult['diffs'][number]): Line[] {
  return unified(diff).map((line) => ({ style: diffStyle(line), text: line }))
}

function diffStyle(line: string): Style {
  if (line.startsWith('---') || line.startsWith('+++')) return 'bold'
  if (line.startsWith('@@')) return 'hunk'
  return line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : 'dim'
}

export function isDebug(task: TaskRef): boolean {
  return task.action === 'debug' || task.action.endsWith('.debug')
}

function text(style: Style, content: string): Line[] {
  return content === ''
    ? []
    : content
        .trimEnd()
        .split('\n')
        .map((line) => ({ style, text: line }))
}

/** A value for a person: texts as they are, anything else as indented JSON. */
function readable(value: Value): string {
  const plain = toPlain(value)
  return typeof plain === 'string' ? plain : JSON.stringify(plain, null, 2)
}

/** What a loop's item is called: its label, or the part of a record that names it. */
export function itemLabel(label: Value): string {
  const named = isRecord(label)
    ? (['name', 'key', 'path', 'dest', 'id'].map((key) => label[key]).find((value) => typeof value === 'string') ?? label)
    : label
  const plain = toPlain(named)
  const full = typeof plain === 'string' ? plain : isList(named) || isRecord(named) ? JSON.stringify(plain) : String(plain)
  const line = full.split('\n')[0] ?? ''
  return line.length > 60 ? `${line.slice(0, 59)}…` : line
}

function stringOf(value: Value | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}
