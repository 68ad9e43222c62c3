import { randomInt } from 'node:crypto'
import { Float } from '../../base/value.ts'
import type { Args } from '../runtime/arguments.ts'
import { fail } from '../runtime/errors.ts'
import { fixed, formatFloat } from '../runtime/number-format.ts'
import { binary } from '../runtime/operators.ts'
import { str, typeName } from '../runtime/text.ts'
import type { Val } from '../runtime/types.ts'
import { float, isFloat, iterate, numeric, plainText } from '../runtime/values.ts'
import { type FilterTable, texts, values } from './define.ts'
import { PythonRandom } from './python-random.ts'

function numberOf(value: Val, what: string): number {
  return numeric(value) ?? fail(`${what} requires a number, not ${typeName(value)}`)
}

function round(input: Val, args: Args): Val {
  const value = numberOf(input, 'round')
  const precision = args.number('precision', 0)
  const method = args.text('method', 'common')
  const scale = 10 ** precision
  if (method === 'common' && typeof input === 'number' && Number.isInteger(input))
    return precision >= 0 ? input : roundInt(input, 10 ** -precision)
  if (method === 'ceil') return float(Math.ceil(value * scale) / scale)
  if (method === 'floor') return float(Math.floor(value * scale) / scale)
  if (method !== 'common') return fail('method must be common, ceil or floor')
  return float(precision >= 0 ? roundHalfEven(value, precision) : Math.round(value * scale) / scale)
}

function roundInt(value: number, unit: number): number {
  const half = value / unit
  return (Math.abs(half % 1) === 0.5 ? 2 * Math.round(half / 2) : Math.round(half)) * unit
}

function roundHalfEven(value: number, digits: number): number {
  const text = fixed(Math.abs(value), digits)
  const half = Math.abs(value) * 10 ** digits
  const isHalf = Number.isSafeInteger(half * 2) && half % 1 === 0.5
  const size = isHalf ? (2 * Math.round(half / 2)) / 10 ** digits : Number(text)
  return value < 0 ? -size : size
}

function absolute(input: Val): Val {
  const value = Math.abs(numberOf(input, 'abs'))
  return input instanceof Float ? new Float(value) : value
}

function log(input: Val, args: Args): Val {
  const value = numberOf(input, 'log')
  if (value <= 0) fail('log() can only be used on positive numbers: math domain error')
  const base = args.get('base')
  const power = base === undefined ? Math.E : args.number('base')
  return float(power === 10 ? Math.log10(value) : power === 2 ? Math.log2(value) : Math.log(value) / Math.log(power))
}

function root(input: Val, args: Args): Val {
  const value = numberOf(input, 'root')
  const base = args.number('base', 2)
  return float(base === 2 ? Math.sqrt(value) : value ** (1 / base))
}

const SIZES: readonly (readonly [string, number])[] = [
  ['Y', 2 ** 80],
  ['Z', 2 ** 70],
  ['E', 2 ** 60],
  ['P', 2 ** 50],
  ['T', 2 ** 40],
  ['G', 2 ** 30],
  ['M', 2 ** 20],
  ['K', 2 ** 10],
  ['B', 1],
]

function humanReadable(input: Val, args: Args): Val {
  const value =
    numeric(input) ?? (/^\d+(\.\d+)?$/.test(str(input)) ? Number(str(input)) : fail('human_readable() can only be used on numbers'))
  const wanted = plainText(args.get('unit') ?? null)?.toUpperCase()
  const [suffix, size] = SIZES.find(([name, least]) => (wanted === undefined ? value >= least : name === wanted)) ?? ['B', 1]
  const unit = args.flag('isbits', false) ? 'b' : 'B'
  return `${(value / size).toFixed(2)} ${suffix === 'B' ? (unit === 'b' ? 'bits' : 'Bytes') : suffix + unit}`
}

function humanToBytes(input: Val, args: Args): Val {
  const text = str(input)
  const bits = args.flag('isbits', false)
  const [, amount, letters = ''] = /^\s*(\d*\.?\d*)\s*([A-Za-z]+)?/.exec(text) ?? []
  const unit = letters || plainText(args.get('default_unit') ?? null) || ''
  if (amount === undefined || amount === '') return fail(`human_to_bytes() can't interpret following string: ${text}`)
  if (unit === '') return Math.round(Number(amount))
  const size = SIZES.find(([name]) => name === unit.slice(0, 1).toUpperCase())?.[1]
  const rest = unit.slice(1)
  const valid = unit.length === 1 || rest === (bits ? 'b' : 'B') || /^(byte|bit)s?$/i.test(unit)
  if (size === undefined || !valid)
    return fail(`human_to_bytes() failed to convert ${text} (unit = ${unit}). The suffix must be one of Y, Z, E, P, T, G, M, K, B`)
  return Math.round(Number(amount) * (/^(byte|bit)s?$/i.test(unit) ? 1 : size))
}

function random(input: Val, args: Args): Val {
  const seed = args.get('seed') ?? null
  const pick = seed === null ? (limit: number): number => randomInt(limit) : seeded(seed)
  const end = isFloat(input) ? undefined : numeric(input)
  if (end === undefined) {
    const items = iterate(input)
    return items.length === 0 ? fail('random: the list is empty') : (items[pick(items.length)] ?? null)
  }
  const start = args.number('start', 0)
  const step = args.number('step', 1)
  const count = Math.ceil((end - start) / step)
  if (count <= 0) fail(`empty range for random: ${String(start)} to ${String(end)}`)
  return start + step * pick(count)
}

function seeded(seed: Val): (limit: number) => number {
  const source = new PythonRandom(plainText(seed) ?? numberOf(seed, 'seed'))
  return (limit) => source.below(limit)
}

function shuffle(input: Val, args: Args): Val {
  const items = [...iterate(input)]
  const seed = args.get('seed') ?? null
  const pick = seed === null ? (limit: number): number => randomInt(limit) : seeded(seed)
  for (let at = items.length - 1; at > 0; at -= 1) {
    const other = pick(at + 1)
    const [a = null, b = null] = [items[at], items[other]]
    items[at] = b
    items[other] = a
  }
  return items
}

function filesize(input: Val, args: Args): Val {
  const bytes = numberOf(input, 'filesizeformat')
  const binarySizes = args.flag('binary', false)
  const base = binarySizes ? 1024 : 1000
  if (bytes === 1) return '1 Byte'
  if (bytes < base) return `${String(Math.trunc(bytes))} Bytes`
  const units = binarySizes ? ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB'] : ['kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB']
  const at = Math.min(units.length, Math.floor(Math.log(bytes) / Math.log(base)))
  return `${formatFloat(bytes / base ** at, 'f', 1)} ${units[at - 1] ?? ''}`
}

export const NUMBERS: FilterTable = [
  values('abs', [], absolute),
  values('round', ['precision', 'method'], round),
  values('pow', ['exponent'], (input, args) => float(numberOf(binary('**', input, args.need('exponent')), 'pow'))),
  values('log', ['base'], log),
  values('root', ['base'], root),
  values('human_readable', ['isbits', 'unit'], humanReadable),
  texts('human_to_bytes', ['default_unit', 'isbits'], humanToBytes),
  values('random', ['start', 'step', 'seed'], (input, args) => random(input, args)),
  values('shuffle', ['seed'], shuffle),
  values('filesizeformat', ['binary'], filesize),
]
