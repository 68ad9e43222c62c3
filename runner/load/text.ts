import type { Source } from '../base/source.ts'
import { Template } from '../base/value.ts'

/** A text of the controller's files: a Template where it has braces that mean something. */
export function templateOf(text: string, source: Source | undefined, start: Source | undefined = source): string | Template {
  return hasTemplate(text) ? new Template(text, source, start) : text
}

export function hasTemplate(text: string): boolean {
  return /\{[{%#]/.test(text)
}
