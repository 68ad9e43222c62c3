import type { FileDiff } from '../base/diff.ts'

/** A line of a diff and whether it is in the old text, the new one, or both. */
interface Edit {
  readonly kind: ' ' | '-' | '+'
  readonly text: string
}

const CONTEXT = 3
/** Texts that differ in more places than this are shown as replaced: the search grows with the square of it. */
const MOST_EDITS = 1500
const NO_NEWLINE = '\\ No newline at end of file'

/** The difference as `diff -u` writes it; an empty list where there is none. */
export function unified(diff: FileDiff): string[] {
  const edits = editScript(lines(diff.before), lines(diff.after))
  if (edits.every((edit) => edit.kind === ' ')) return []
  return [`--- ${diff.beforeName}`, `+++ ${diff.afterName}`, ...hunks(edits)]
}

/** A text without its final newline differs from the one with it: the last line then carries the mark. */
function lines(text: string): string[] {
  if (text === '') return []
  const parts = text.split('\n')
  if (parts.at(-1) === '') return parts.slice(0, -1)
  return [...parts.slice(0, -1), `${parts.at(-1) ?? ''}\n${NO_NEWLINE}`]
}

function hunks(edits: readonly Edit[]): string[] {
  const out: string[] = []
  let oldLine = 1
  let newLine = 1
  for (let at = 0; at < edits.length; ) {
    const end = hunkEnd(edits, at)
    if (end === undefined) {
      if (edits[at]?.kind !== '+') oldLine++
      if (edits[at]?.kind !== '-') newLine++
      at++
      continue
    }
    const hunk = edits.slice(at, end)
    const olds = hunk.filter((edit) => edit.kind !== '+').length
    const news = hunk.filter((edit) => edit.kind !== '-').length
    out.push(`@@ -${range(oldLine, olds)} +${range(newLine, news)} @@`, ...hunk.flatMap((edit) => `${edit.kind}${edit.text}`.split('\n')))
    oldLine += olds
    newLine += news
    at = end
  }
  return out
}

/** Where the hunk that begins at `at` ends; undefined where no change is near enough for one to begin. */
function hunkEnd(edits: readonly Edit[], at: number): number | undefined {
  const isNear = (from: number, length: number): boolean => edits.slice(from, from + length).some((edit) => edit.kind !== ' ')
  if (!isNear(at, CONTEXT + 1)) return undefined
  let last = at
  for (let i = at; i < edits.length; i++) {
    if (edits[i]?.kind !== ' ') last = i
    else if (i - last > 2 * CONTEXT) break
  }
  return Math.min(edits.length, last + CONTEXT + 1)
}

function range(start: number, count: number): string {
  if (count === 1) return String(start)
  return `${String(count === 0 ? start - 1 : start)},${String(count)}`
}

function editScript(before: readonly string[], after: readonly string[]): Edit[] {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start++
  let end = 0
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end++
  const keep = (text: string): Edit => ({ kind: ' ', text })
  const middle = shortestEdit(before.slice(start, before.length - end), after.slice(start, after.length - end))
  return [...before.slice(0, start).map(keep), ...middle, ...before.slice(before.length - end).map(keep)]
}

/** Myers' greedy search: furthest-reaching paths by the number of edits, then back along the trace. */
function shortestEdit(before: readonly string[], after: readonly string[]): Edit[] {
  const most = before.length + after.length
  const trace: Map<number, number>[] = []
  let reach = new Map<number, number>([[1, 0]])
  for (let depth = 0; depth <= Math.min(most, MOST_EDITS); depth++) {
    const next = new Map<number, number>()
    for (let k = -depth; k <= depth; k += 2) {
      const x = furthest(before, after, { k, x: stepX(reach, k, depth) })
      next.set(k, x)
      if (x >= before.length && x - k >= after.length) return walkBack(before, after, [...trace, reach])
    }
    trace.push(reach)
    reach = new Map([...reach, ...next])
  }
  return [...before.map((text): Edit => ({ kind: '-', text })), ...after.map((text): Edit => ({ kind: '+', text }))]
}

function stepX(reach: ReadonlyMap<number, number>, k: number, depth: number): number {
  return isDown(reach, k, depth) ? (reach.get(k + 1) ?? 0) : (reach.get(k - 1) ?? 0) + 1
}

function isDown(reach: ReadonlyMap<number, number>, k: number, depth: number): boolean {
  return k === -depth || (k !== depth && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1))
}

function furthest(before: readonly string[], after: readonly string[], from: { readonly k: number; readonly x: number }): number {
  let { x } = from
  while (x < before.length && x - from.k < after.length && before[x] === after[x - from.k]) x++
  return x
}

function walkBack(before: readonly string[], after: readonly string[], trace: readonly ReadonlyMap<number, number>[]): Edit[] {
  const edits: Edit[] = []
  let x = before.length
  let y = after.length
  for (let depth = trace.length - 1; depth >= 0; depth--) {
    const reach = trace[depth] ?? new Map<number, number>()
    const k = x - y
    const down = isDown(reach, k, depth)
    const fromX = reach.get(down ? k + 1 : k - 1) ?? 0
    const fromY = fromX - (down ? k + 1 : k - 1)
    for (; x > fromX && y > fromY && x > 0 && y > 0; x--, y--) edits.push({ kind: ' ', text: before[x - 1] ?? '' })
    if (depth === 0) break
    edits.push(down ? { kind: '+', text: after[y - 1] ?? '' } : { kind: '-', text: before[x - 1] ?? '' })
    x = fromX
    y = fromY
  }
  return edits.reverse()
}
