import type { Source } from '../base/source.ts'
import { Template, toPlain, type Value } from '../base/value.ts'

/** A text of the controller's files: a Template where it has braces that mean something. */
export function templateOf(text: string, source: Source | undefined, start: Source | undefined = source): string | Template {
  return hasTemplate(text) ? new Template(text, source, start) : text
}

export function hasTemplate(text: string): boolean {
  return /\{[{%#]/.test(text)
}

/** A value as it was written: a template's own text, other things as Python and YAML would show them in one line. */
export function writtenText(value: Value): string {
  if (value instanceof Template) return value.text
  const plain = toPlain(value)
  return typeof plain === 'string' ? plain : JSON.stringify(plain)
}
