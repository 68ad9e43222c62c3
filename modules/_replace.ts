import { Failure } from '../runner/module/index.ts'
import { toByteText } from './_bytes.ts'
import { compileRegex, expandGroups } from './_regex.ts'

export interface ReplaceArgs {
  readonly regexp: string
  readonly replace: string
  readonly after?: string | undefined
  readonly before?: string | undefined
}

export interface Replaced {
  readonly text: string
  readonly count: number
  /** `after` or `before` was not found. */
  readonly noPlace: boolean
}

/** Replaces all matches in a text of bytes, between the places where `after` and `before` match. */
export function replaceAll(text: string, task: ReplaceArgs): Replaced | Failure {
  const span = spanOf(text, task)
  if (span instanceof Failure) return span
  if (span === undefined) return { text, count: 0, noPlace: true }
  const regex = compileRegex(toByteText(task.regexp), { multiline: true })
  if (!('all' in regex)) return regex
  const part = text.slice(span.start, span.end)
  const replacement = toByteText(task.replace)
  let out = ''
  let at = 0
  const matches = regex.all(part)
  for (const match of matches) {
    out += part.slice(at, match.index) + expandGroups(replacement, match)
    at = match.index + match[0].length
  }
  return { text: `${text.slice(0, span.start)}${out}${part.slice(at)}${text.slice(span.end)}`, count: matches.length, noPlace: false }
}

/** From the end of the first match of `after` to the beginning of the next match of `before`. */
function spanOf(text: string, task: ReplaceArgs): { readonly start: number; readonly end: number } | undefined | Failure {
  const start = task.after === undefined ? 0 : endOf(text, task.after)
  if (start === undefined || start instanceof Failure) return start
  if (task.before === undefined) return { start, end: text.length }
  const before = compileRegex(`(?s)${toByteText(task.before)}`)
  if (!('exec' in before)) return before
  const match = before.exec(text.slice(start))
  return match === null ? undefined : { start, end: start + match.index }
}

function endOf(text: string, pattern: string): number | undefined | Failure {
  const regex = compileRegex(`(?s)${toByteText(pattern)}`)
  if (!('exec' in regex)) return regex
  const match = regex.exec(text)
  return match === null ? undefined : match.index + match[0].length
}
