import { Failure } from '../runner/module/index.ts'
import { splitLines, toByteText } from './_bytes.ts'
import { compileRegex } from './_regex.ts'

export interface BlockArgs {
  readonly state: 'present' | 'absent'
  readonly block: string
  readonly marker: string
  readonly marker_begin: string
  readonly marker_end: string
  readonly insertafter?: string | undefined
  readonly insertbefore?: string | undefined
  readonly append_newline: boolean
  readonly prepend_newline: boolean
}

export interface BlockEdit {
  readonly text: string
  /** `Block inserted`, `Block removed`, or nothing. */
  readonly what: string
}

/** A text of bytes with the block between its markers, or without both. An empty block is none. */
export function editBlock(text: string, task: BlockArgs): BlockEdit | Failure {
  const lines = splitLines(text)
  const marks = { begin: markerOf(task, task.marker_begin), end: markerOf(task, task.marker_end) }
  const old = findBlock(lines, marks)
  const body = task.state === 'absent' ? '' : toByteText(task.block)
  if (body === '') {
    if (old === undefined) return { text, what: '' }
    return { text: [...lines.slice(0, old.start), ...lines.slice(old.end)].join(''), what: 'Block removed' }
  }
  const place = old === undefined ? placeOf(lines, task) : { start: old.start, end: old.end }
  if (place instanceof Failure) return place
  const [head, tail] = [lines.slice(0, place.start), lines.slice(place.end)]
  const block = [`${marks.begin}\n`, body.endsWith('\n') ? body : `${body}\n`, `${marks.end}\n`]
  const before = task.prepend_newline && head.length > 0 && head.at(-1) !== '\n' ? ['\n'] : []
  const after = task.append_newline && tail.length > 0 && tail[0] !== '\n' ? ['\n'] : []
  const next = [...terminated(head), ...before, ...block, ...after, ...tail].join('')
  return { text: next, what: next === text ? '' : 'Block inserted' }
}

function markerOf(task: BlockArgs, word: string): string {
  return toByteText(task.marker.replaceAll('{mark}', () => word))
}

function findBlock(
  lines: readonly string[],
  marks: { readonly begin: string; readonly end: string },
): { readonly start: number; readonly end: number } | undefined {
  const stripped = lines.map((line) => line.replace(/[\r\n]+$/, ''))
  const [first, last] = [stripped.lastIndexOf(marks.begin), stripped.lastIndexOf(marks.end)]
  if (first === -1 || last === -1) return undefined
  return { start: Math.min(first, last), end: Math.max(first, last) + 1 }
}

/** Where a new block goes: a place between two lines. */
function placeOf(lines: readonly string[], task: BlockArgs): { readonly start: number; readonly end: number } | Failure {
  const at = (index: number): { readonly start: number; readonly end: number } => ({ start: index, end: index })
  const { insertafter, insertbefore } = task
  if (insertbefore === 'BOF') return at(0)
  const pattern = insertbefore ?? (insertafter === 'EOF' ? undefined : insertafter)
  if (pattern === undefined) return at(lines.length)
  const regex = compileRegex(toByteText(pattern))
  if (!('exec' in regex)) return regex
  const hit = lines.findLastIndex((line) => regex.exec(line) !== null)
  if (hit === -1) return at(lines.length)
  return at(insertbefore === undefined ? hit + 1 : hit)
}

function terminated(lines: readonly string[]): readonly string[] {
  const last = lines.at(-1)
  return last === undefined || last.endsWith('\n') ? lines : lines.with(-1, `${last}\n`)
}
