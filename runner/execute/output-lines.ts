import type { Value } from '../base/value.ts'

/** The lines of an output; none of one that is no text. */
export function linesOf(value: Value | undefined): readonly string[] {
  if (typeof value !== 'string' || value === '') return []
  return value.replace(/(\r\n|\n|\r)$/, '').split(/\r\n|\n|\r/)
}
