import type { ErrorContext } from '../base/error.ts'
import { concatMessages } from '../base/error.ts'
import { formatSource, type Source } from '../base/source.ts'

const LINES_BEFORE = 2
const WIDTH = 120
const CUT = '...'

/**
 * What happened and what caused it, as ansible-core 2.19 tells it: messages that have no place of their own are joined, each
 * of the others stands with its place and source lines.
 */
export function ansibleMessage(chain: readonly ErrorContext[]): string {
  const segments = groups(chain).map(segment)
  const text =
    segments.length > 1
      ? [`${concatMessages(chain.map(({ message }) => message))}\n`, segments.join('\n<<< caused by >>>\n\n')].join('\n')
      : (segments[0] ?? '')
  const bare = text.trim()
  return bare.includes('\n') ? `${bare}\n\n` : `${bare}\n`
}

/** An entry and those behind it that add neither a place nor help. */
function groups(chain: readonly ErrorContext[]): readonly (readonly ErrorContext[])[] {
  const out: ErrorContext[][] = []
  for (const entry of chain) {
    const [head] = out.at(-1) ?? []
    const adds = (entry.source !== undefined || entry.help !== undefined) && !(head !== undefined && samePlace(head, entry))
    if (head === undefined || adds) out.push([entry])
    else out.at(-1)?.push(entry)
  }
  return out
}

function samePlace(a: ErrorContext, b: ErrorContext): boolean {
  return a.help === b.help && a.source?.file === b.source?.file && a.source?.line === b.source?.line && a.source?.col === b.source?.col
}

function segment(group: readonly ErrorContext[]): string {
  const message = concatMessages(group.map((entry) => entry.message))
  const [head] = group
  const { source, help } = head ?? {}
  if (help !== undefined && source === undefined && !message.includes('\n') && !help.includes('\n')) return `${message} ${help}\n`
  return [message, ...(source === undefined ? [] : [originText(source)]), ...(help === undefined ? [] : ['', help]), ''].join('\n')
}

/** `Origin: file:line:col` and the source up to there, with a mark under the column. */
export function originText(source: Source): string {
  const { file, line, col } = source
  if (file.shown !== undefined) return `Origin: ${file.path}\n\n${file.shown}`
  const origin = `Origin: ${formatSource(source)}`
  const lines = file.text.split('\n')
  if (lines[line - 1] === undefined) return origin
  const width = String(line).length
  const room = WIDTH - width - 1
  const first = Math.max(1, line - LINES_BEFORE)
  const shown = lines.slice(first - 1, line).map((text, at) => {
    const flat = text.replaceAll('\t', ' ')
    const fitting = flat.length > room ? flat.slice(0, room - CUT.length) + CUT : flat
    return `${String(first + at).padStart(width)}${fitting === '' ? '' : ' '}${fitting}`
  })
  const mark = `${' '.repeat(width)} ${columnMark(col, room)}`
  return [origin, '', ...shown, mark].join('\n')
}

function columnMark(col: number, room: number): string {
  const label = `column ${String(col)}`
  if (col + 1 + label.length > room) return `${' '.repeat(Math.max(0, col - 2 - label.length))}${label} ^`
  return `${' '.repeat(col - 1)}^ ${label}`
}
