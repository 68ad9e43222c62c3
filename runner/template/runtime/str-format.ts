import { fail } from './errors.ts'
import { member } from './member.ts'
import { formatFloat } from './number-format.ts'
import { repr, str, typeName } from './text.ts'
import { Undefined, type Val } from './types.ts'
import { isFloat, numeric } from './values.ts'

const FIELD = /\{\{|\}\}|\{([^{}!:]*)(?:!([rsa]))?(?::((?:[^{}]|\{[^{}]*\})*))?\}/g

/** Python's `text.format(...)`. */
export function formatText(text: string, values: readonly Val[], named: ReadonlyMap<string, Val>): string {
  let next = 0
  const field = (path: string): Val => {
    const [, head = '', rest = ''] = /^([^.[]*)(.*)$/.exec(path) ?? []
    let value: Val
    if (head === '' || /^\d+$/.test(head)) {
      const at = head === '' ? next++ : Number(head)
      value = values[at] ?? (at < values.length ? null : fail(`Replacement index ${String(at)} out of range for positional args tuple`))
    } else value = named.get(head) ?? fail(`KeyError: '${head}'`)
    for (const part of rest.matchAll(/\.([^.[]+)|\[([^\]]+)\]/g)) value = step(value, part[1] ?? part[2] ?? '')
    return value
  }
  return text.replace(FIELD, (all: string, path: string | undefined, conversion: string | undefined, spec: string | undefined) => {
    if (path === undefined) return all.slice(0, 1)
    const value = field(path)
    const wanted = (spec ?? '').replace(/\{([^{}]*)\}/g, (_all, inner: string) => str(field(inner)))
    return formatValue(conversion === 'r' || conversion === 'a' ? repr(value) : conversion === 's' ? str(value) : value, wanted)
  })
}

function step(value: Val, key: string): Val {
  const found = member(value, /^\d+$/.test(key) ? Number(key) : key)
  if (found instanceof Undefined) throw found.error()
  return found
}

const SPEC = /^(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([bcdeEfFgGnosxX%])?$/u

/** Python's format specification: `>10`, `05d`, `,.2f`, `x`. */
export function formatValue(value: Val, spec: string): string {
  if (spec === '') return str(value)
  const match = SPEC.exec(spec)
  if (match === null) return fail(`Invalid format specifier '${spec}'`)
  const [, fill, align, sign, alternate, zero, width, group, precision, type] = match
  const number = typeof value === 'string' ? undefined : numeric(value)
  const digits = precision === undefined ? undefined : Number(precision)
  if (number === undefined) {
    if (type !== undefined && type !== 's') fail(`Unknown format code '${type}' for object of type '${typeName(value)}'`)
    return aligned(str(value).slice(0, digits), Number(width ?? 0), fill ?? ' ', align ?? '<', '')
  }
  const mark = number < 0 ? '-' : sign === '+' ? '+' : sign === ' ' ? ' ' : ''
  const body = numberBody(Math.abs(number), isFloat(value), type, digits, group)
  const prefix = alternate !== undefined && type !== undefined && 'box'.includes(type.toLowerCase()) ? `0${type}` : ''
  return aligned(
    body,
    Number(width ?? 0),
    fill ?? (zero === undefined ? ' ' : '0'),
    align ?? (zero === undefined ? '>' : '='),
    mark + prefix,
  )
}

function numberBody(size: number, float: boolean, type: string | undefined, digits: number | undefined, group: string | undefined): string {
  const text = digitsOf(size, float, type, digits)
  if (group === undefined) return text
  const [whole = '', rest] = text.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group)
  return rest === undefined ? grouped : `${grouped}.${rest}`
}

function digitsOf(size: number, float: boolean, type: string | undefined, digits: number | undefined): string {
  switch (type) {
    case 'b':
      return size.toString(2)
    case 'o':
      return size.toString(8)
    case 'x':
      return size.toString(16)
    case 'X':
      return size.toString(16).toUpperCase()
    case 'c':
      return String.fromCodePoint(size)
    case 'd':
    case 'n':
      return float ? fail("Unknown format code 'd' for object of type 'float'") : String(size)
    case '%':
      return `${formatFloat(size * 100, 'f', digits ?? 6)}%`
    case undefined:
      if (!float) return String(size)
      return digits === undefined ? repr(size).replace(/^(\d+)$/, '$1.0') : formatFloat(size, 'g', digits)
    default:
      return formatFloat(size, type, digits ?? 6)
  }
}

function aligned(text: string, width: number, fill: string, align: string, sign: string): string {
  if (align === '=') return sign + text.padStart(width - sign.length, fill)
  const whole = sign + text
  if (align === '<') return whole.padEnd(width, fill)
  if (align === '>') return whole.padStart(width, fill)
  const room = Math.max(0, width - whole.length)
  return fill.repeat(Math.floor(room / 2)) + whole + fill.repeat(Math.ceil(room / 2))
}
