import { RunnerError } from '../../base/error.ts'
import type { Source } from '../../base/source.ts'
import type { Pos } from '../parse/ast.ts'

/** A text that is compiled: where it stands and how its positions become the file's. */
export interface Unit {
  readonly text: string
  readonly source: Source | undefined
}

/** An error with the place of a node, if it has none: the innermost node wins. */
export function placed(error: unknown, unit: Unit, at: Pos): unknown {
  if (!(error instanceof RunnerError) || error.source !== undefined || unit.source === undefined) return error
  return error.with({ source: placeOf(unit, at) })
}

/** The place in the file of a position in the template's text; the template's own start where the text cannot be found there. */
export function placeOf(unit: Unit, at: Pos): Source | undefined {
  const { source, text } = unit
  if (source === undefined) return undefined
  const wanted = (text.split('\n')[at.line - 1] ?? '').slice(at.col - 1)
  const lines = source.file.text.split('\n')
  const guess = guessed(unit, at, lines)
  if (guess !== undefined && matches(lines, guess, wanted)) return { file: source.file, ...guess }
  return { file: source.file, ...(search(lines, source, unit, at, wanted) ?? { line: source.line, col: source.col }) }
}

function guessed({ source, text }: Unit, at: Pos, lines: readonly string[]): Pos | undefined {
  if (source === undefined) return undefined
  const opener = lines[source.line - 1]?.[source.col - 1]
  if (source.col === 1 && source.file.text.endsWith(text)) return { line: source.line + at.line - 1, col: at.col }
  if (opener === '|' || opener === '>') {
    const first = lines.slice(source.line).findIndex((line) => line.trim() !== '')
    const indent = /^ */.exec(lines[source.line + first] ?? '')?.[0].length ?? 0
    return { line: source.line + at.line, col: at.col + indent }
  }
  const quoted = opener === '"' || opener === "'" ? 1 : 0
  return at.line === 1 ? { line: source.line, col: source.col + quoted + at.col - 1 } : undefined
}

function matches(lines: readonly string[], place: Pos, wanted: string): boolean {
  const found = (lines[place.line - 1] ?? '').slice(place.col - 1)
  const length = Math.min(wanted.length, 8)
  return found.slice(0, length) === wanted.slice(0, length)
}

/** Looks for the text around the position in the lines that follow the template's start. */
function search(lines: readonly string[], source: Source, unit: Unit, at: Pos, wanted: string): Pos | undefined {
  const before = (unit.text.split('\n')[at.line - 1] ?? '').slice(0, at.col - 1)
  const word = /^[\w.]+|^./.exec(wanted)?.[0] ?? ''
  if (word === '') return undefined
  for (const prefix of [before, before.slice(-8), before.slice(-2), '']) {
    for (let line = source.line; line <= Math.min(lines.length, source.line + unit.text.length); line += 1) {
      const from = line === source.line ? source.col - 1 : 0
      const index = (lines[line - 1] ?? '').indexOf(prefix + word, from)
      if (index >= 0) return { line, col: index + prefix.length + 1 }
    }
  }
  return undefined
}
