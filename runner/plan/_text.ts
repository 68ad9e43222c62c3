import { Template, toPlain, type Value } from '../base/value.ts'

/** A value as it was written: a template's own text, other things as Python and YAML would show them in one line. */
export function writtenText(value: Value): string {
  if (value instanceof Template) return value.text
  const plain = toPlain(value)
  return typeof plain === 'string' ? plain : JSON.stringify(plain)
}
