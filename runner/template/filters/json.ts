import { Float, LazyRecord } from '../../base/value.ts'
import { fail } from '../runtime/errors.ts'
import { floatText, numberText, repr, str } from '../runtime/text.ts'
import { isDynamic, isValList, isValRecord, newRecord, type Val } from '../runtime/types.ts'
import { compareText, iterate } from '../runtime/values.ts'

export interface JsonStyle {
  /** Blanks per level; undefined writes one line. */
  readonly indent: number | undefined
  readonly sortKeys: boolean
  readonly ascii: boolean
  readonly separators: readonly [string, string]
}

/** Python's json.dumps. */
export function dumpJson(value: Val, style: JsonStyle, level = 0): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'string') return quoteJson(value, style.ascii)
  if (value instanceof Float) return special(floatText(value.value))
  if (typeof value === 'number') return special(numberText(value))
  if (isValList(value))
    return wrap(
      value.map((item) => dumpJson(item, style, level + 1)),
      '[',
      ']',
      style,
      level,
    )
  if (value instanceof LazyRecord)
    return dumpJson(newRecord(iterate(value).map((key) => [str(key), value.get(str(key)) ?? null] as const)), style, level)
  if (isDynamic(value)) return quoteJson(value.text(), style.ascii)
  if (isValRecord(value)) return dumpRecord(value, style, level)
  return fail(`Object of type ${repr(value)} is not JSON serializable`)
}

function dumpRecord(value: Readonly<Record<string, Val>>, style: JsonStyle, level: number): string {
  const keys = Object.keys(value)
  if (style.sortKeys) keys.sort(compareText)
  return wrap(
    keys.map((key) => `${quoteJson(key, style.ascii)}${style.separators[1]}${dumpJson(value[key] ?? null, style, level + 1)}`),
    '{',
    '}',
    style,
    level,
  )
}

function wrap(parts: readonly string[], open: string, close: string, style: JsonStyle, level: number): string {
  if (parts.length === 0) return open + close
  if (style.indent === undefined) return open + parts.join(style.separators[0]) + close
  const pad = `\n${' '.repeat(style.indent * (level + 1))}`
  return open + pad + parts.join(style.separators[0].trimEnd() + pad) + `\n${' '.repeat(style.indent * level)}` + close
}

function special(text: string): string {
  return text === 'nan' ? 'NaN' : text === 'inf' ? 'Infinity' : text === '-inf' ? '-Infinity' : text
}

function quoteJson(text: string, ascii: boolean): string {
  const quoted = JSON.stringify(text).replace(/\u007f/g, ascii ? '\\u007f' : '\u007f')
  return ascii ? quoted.replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`) : quoted
}

/** JSON text as values: a number written with a point or exponent is a float. */
export function parseJson(text: string): Val {
  const numbers = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
  const marked = text.replace(numbers, (token) => (token.startsWith('"') || !/[.eE]/.test(token) ? token : `{"\ue000float":${token}}`))
  const data: unknown = JSON.parse(marked)
  return fromParsed(data)
}

function fromParsed(data: unknown): Val {
  if (data === null || typeof data === 'string' || typeof data === 'boolean' || typeof data === 'number') return data
  if (Array.isArray(data)) return data.map(fromParsed)
  if (typeof data !== 'object') return null
  const entries: [string, unknown][] = Object.entries(data)
  const [first] = entries
  if (first?.[0] === '\ue000float' && typeof first[1] === 'number') return Number.isInteger(first[1]) ? new Float(first[1]) : first[1]
  return newRecord(entries.map(([key, value]) => [key, fromParsed(value)] as const))
}
