import { Float, type Value } from '../base/value.ts'

/**
 * A plain YAML 1.1 scalar as PyYAML resolves it. Dates stay text: no module of the language wants a date object, and
 * Ansible prints it as the text it was. Undefined where the text is just a string.
 */
export function resolvePlain(text: string): Value | undefined {
  const first = text.charCodeAt(0)
  if (Number.isNaN(first)) return null
  // Letters can only start the words; digits, signs and a point only numbers.
  if (isNumberStart(first)) return resolveNumber(text)
  return WORDS.get(text)
}

/** The number that YAML 1.1 reads in a text: 0755 is octal, 1:30 sexagesimal, 1e3 no number at all. */
export function resolveNumber(text: string): Value | undefined {
  if (INT.test(text)) return toInt(text.replaceAll('_', ''))
  if (FLOAT.test(text)) return toFloat(text.replaceAll('_', '').toLowerCase())
  return undefined
}

/** The text that Python's str() gives for a key that is not a string: `1`, `True`, `None`. */
export function keyText(value: Value): string | undefined {
  if (value === null) return 'None'
  if (value === true) return 'True'
  if (value === false) return 'False'
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if (value instanceof Float) return `${String(value.value)}.0`
  return undefined
}

export function makeFloat(number: number): Value {
  return Number.isInteger(number) ? new Float(number) : number
}

const INT = /^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/

const WORDS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['~', null],
  ...anyCase('null', null),
  ...['yes', 'true', 'on'].flatMap((word) => anyCase(word, true)),
  ...['no', 'false', 'off'].flatMap((word) => anyCase(word, false)),
])

function anyCase(word: string, value: Value): [string, Value][] {
  return [
    [word, value],
    [`${word.charAt(0).toUpperCase()}${word.slice(1)}`, value],
    [word.toUpperCase(), value],
  ]
}

function isNumberStart(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 43 || code === 45 || code === 46
}

function toInt(text: string): number {
  const negative = text.startsWith('-')
  const digits = text.replace(/^[-+]/, '')
  const size = digits.includes(':') ? sexagesimal(digits) : /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits)
  return negative && size !== 0 ? -size : size
}

function toFloat(text: string): Value {
  const negative = text.startsWith('-')
  const digits = text.replace(/^[-+]/, '')
  if (digits === '.nan') return Number.NaN
  const size = digits === '.inf' ? Infinity : digits.includes(':') ? sexagesimal(digits) : Number(digits)
  return makeFloat(negative ? -size : size)
}

function sexagesimal(digits: string): number {
  return digits.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
}
