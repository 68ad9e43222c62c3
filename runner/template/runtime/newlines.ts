import { Secret } from '../../base/value.ts'

/** The text that is parsed: without its last newline, so that an expression before it keeps its type. */
export function withoutLastNewline(text: string): string {
  return text.endsWith('\n') ? text.slice(0, -1) : text
}

/** A text that a template made, with as many newlines at its end as the template has. */
export function withLastNewlines(made: string, template: string): string
export function withLastNewlines<T>(made: T, template: string): T | string | Secret
export function withLastNewlines(made: unknown, template: string): unknown {
  if (!template.endsWith('\n')) return made
  if (made instanceof Secret) return new Secret(withLastNewlines(made.reveal(), template))
  if (typeof made !== 'string') return made
  return made + '\n'.repeat(Math.max(0, newlinesAtEnd(template) - newlinesAtEnd(made)))
}

function newlinesAtEnd(text: string): number {
  return /\n*$/.exec(text)?.[0].length ?? 0
}
