import { Float, LazyRecord, Omit, Secret, Template, Unknown } from '../../base/value.ts'
import { limit } from './errors.ts'
import { Callable, isDynamic, isValList, Tuple, Undefined, type Val } from './types.ts'

/** The longest text a render may make, in UTF-16 units. */
export const MAX_TEXT = 64 * 1024 * 1024

/** Python's `str()`. Secrets must have been looked for before: one met here prints as `***`. */
export function str(value: Val): string {
  if (typeof value === 'string') return value
  return repr(value)
}

/** Python's `repr()`. */
export function repr(value: Val): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'number') return numberText(value)
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (isValList(value)) return listText(value)
  if (value instanceof Float) return floatText(value.value)
  if (value instanceof Undefined) {
    if (value.silent) return ''
    throw value.error()
  }
  if (value instanceof Secret || value instanceof Omit || value instanceof Unknown) return value.toString()
  if (value instanceof Template) return quoted(value.text)
  if (value instanceof Callable) return `<function ${value.name}>`
  if (isDynamic(value)) return value.text()
  if (value instanceof LazyRecord) return dictText([...value.keys()].map((key) => [key, value.get(key) ?? null] as const))
  return dictText(Object.entries(value))
}

function listText(items: readonly Val[]): string {
  const inside = items.map(repr).join(', ')
  if (inside.length > MAX_TEXT) limit('a template made a text of more than 64 MiB')
  if (!(items instanceof Tuple)) return `[${inside}]`
  return items.length === 1 ? `(${inside},)` : `(${inside})`
}

function dictText(entries: readonly (readonly [string, Val])[]): string {
  return `{${entries.map(([key, value]) => `${quoted(key)}: ${repr(value)}`).join(', ')}}`
}

/** A whole number as an int, any other as a float. */
export function numberText(value: number): string {
  if (!Number.isInteger(value)) return floatText(value)
  return Number.isSafeInteger(value) ? String(value) : BigInt(value).toString()
}

/** Python's shortest text of a float: exponents below 1e-4 and from 1e16 on. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const size = Math.abs(value)
  if (size >= 1e16 || size < 1e-4) return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
  const text = String(value)
  return text.includes('.') ? text : `${text}.0`
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const body = text.replace(/[\\\n\r\t\p{Cc}\p{Zl}\p{Zp}'\u00a0\u00ad]/gu, (char) => {
    if (char === "'") return quote === "'" ? "\\'" : char
    const simple = ESCAPES[char]
    if (simple !== undefined) return simple
    const code = char.codePointAt(0) ?? 0
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
  return `${quote}${body}${quote}`
}

/** Python's class name of a value, as messages and `type_debug` tell it. */
export function typeName(value: Val): string {
  if (value === null) return 'NoneType'
  if (typeof value === 'string' || value instanceof Secret || value instanceof Template) return 'str'
  if (typeof value === 'boolean') return 'bool'
  if (value instanceof Float) return 'float'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  if (value instanceof Tuple) return 'tuple'
  if (isValList(value)) return 'list'
  if (value instanceof Undefined) return 'AnsibleUndefined'
  if (value instanceof Unknown) return 'Unknown'
  if (value instanceof Omit) return 'Omit'
  if (value instanceof Callable) return 'function'
  if (isDynamic(value)) return value.typeName
  return 'dict'
}
