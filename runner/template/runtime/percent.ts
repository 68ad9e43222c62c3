import { fail } from './errors.ts'
import { formatFloat, pad } from './number-format.ts'
import { repr, str, typeName } from './text.ts'
import { isValList, own, Tuple, type Val } from './types.ts'
import { asRecord, numeric, revealed } from './values.ts'

const SPEC = /%(?:\(([^)]*)\))?([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?([diouxXeEfFgGcrsa%])/g

/** Python's `text % values`. */
export function percentFormat(text: string, values: Val): string {
  const plain = revealed(values)
  const items = isValList(plain) && plain instanceof Tuple ? [...plain] : [plain]
  const named = asRecord(plain)
  let next = 0
  const take = (): Val => {
    if (next >= items.length) return fail('not enough arguments for format string')
    next += 1
    return items[next - 1] ?? null
  }
  const out = text.replace(
    SPEC,
    (_all: string, key: string | undefined, flags: string, width: string | undefined, precision: string | undefined, type: string) => {
      if (type === '%') return '%'
      const minimum = width === '*' ? numeric(take()) : width === undefined ? undefined : Number(width)
      const digits = precision === '*' ? numeric(take()) : precision === undefined ? undefined : Number(precision)
      const value =
        key === undefined
          ? take()
          : named === undefined
            ? fail('format requires a mapping')
            : (own(named, key) ?? fail(`KeyError: '${key}'`))
      return pad(convert(value, type, digits, flags), minimum ?? 0, flags, 'diouxXeEfFgG'.includes(type))
    },
  )
  if (next < items.length && named === undefined) fail('not all arguments converted during string formatting')
  return out
}

function convert(value: Val, type: string, digits: number | undefined, flags: string): string {
  if (type === 's') return str(value).slice(0, digits ?? Infinity)
  if (type === 'r' || type === 'a') return repr(value).slice(0, digits ?? Infinity)
  if (type === 'c') return typeof value === 'number' ? String.fromCodePoint(value) : str(value)
  const number = numeric(value)
  if (number === undefined) return fail(`%${type} format: a real number is required, not ${typeName(value)}`)
  return signed(Math.abs(number), number < 0, type, digits, flags)
}

function signed(size: number, negative: boolean, type: string, digits: number | undefined, flags: string): string {
  const sign = negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''
  const alternate = flags.includes('#')
  switch (type) {
    case 'x':
      return sign + (alternate ? '0x' : '') + Math.trunc(size).toString(16)
    case 'X':
      return sign + (alternate ? '0X' : '') + Math.trunc(size).toString(16).toUpperCase()
    case 'o':
      return sign + (alternate ? '0o' : '') + Math.trunc(size).toString(8)
    case 'd':
    case 'i':
    case 'u':
      return (
        sign +
        Math.trunc(size)
          .toString()
          .padStart(digits ?? 0, '0')
      )
    default:
      return sign + formatFloat(size, type, digits ?? 6)
  }
}
