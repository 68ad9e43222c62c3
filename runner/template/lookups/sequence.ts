import { fail, limit } from '../runtime/errors.ts'
import { percentFormat } from '../runtime/percent.ts'
import { str } from '../runtime/text.ts'
import type { Val } from '../runtime/types.ts'
import { plainText } from '../runtime/values.ts'
import { type Lookup, type Options, splitParams } from './define.ts'

const SHORTCUT = /^(?:(0?x?[0-9a-fA-F]+)-)?(0?x?[0-9a-fA-F]+)(?:\/(-?0?x?[0-9a-fA-F]+))?(?::(.+))?$/
const MAX_ITEMS = 1_000_000

function integer(text: string): number {
  const value = /^-?0x/i.test(text) ? Number.parseInt(text, 16) : /^-?0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text)
  return Number.isInteger(value) ? value : fail(`can't parse ${text} as integer`)
}

function sequence(term: string, options: Options): string[] {
  const values = new Map<string, string>()
  for (const name of ['start', 'end', 'count', 'stride', 'format'])
    if (options.get(name) !== undefined) values.set(name, options.text(name, ''))
  const short = SHORTCUT.exec(term)
  if (short !== null)
    ['start', 'end', 'stride', 'format'].forEach((name, at) => short[at + 1] !== undefined && values.set(name, short[at + 1] ?? ''))
  else readParams(term, values)
  return numbers(values)
}

function readParams(term: string, values: Map<string, string>): void {
  const { rest, params } = splitParams(term)
  if (rest !== '') fail(`unrecognized arguments to with_sequence: ${rest}`)
  for (const [name, value] of params) {
    if (!['start', 'end', 'count', 'stride', 'format'].includes(name)) fail(`unrecognized arguments to with_sequence: ['${name}']`)
    values.set(name, value)
  }
}

function numbers(values: ReadonlyMap<string, string>): string[] {
  const start = integer(values.get('start') ?? '1')
  const count = values.get('count')
  const end = values.get('end')
  let stride = integer(values.get('stride') ?? '1')
  if (count === undefined && end === undefined) fail('must specify count or end in with_sequence')
  if (count !== undefined && end !== undefined) fail("can't specify both count and end in with_sequence")
  const last = end !== undefined ? integer(end) : start + stride * (integer(count ?? '0') - 1)
  if (count !== undefined && integer(count) === 0) return []
  if (stride > 0 && last < start) fail('to count backwards make stride negative')
  if (stride < 0 && last > start) fail("to count forward don't make stride negative")
  if (stride === 0) stride = 1
  const total = Math.floor((last - start) / stride) + 1
  if (total > MAX_ITEMS) limit('with_sequence makes more than a million elements')
  const format = values.get('format') ?? '%d'
  return Array.from({ length: total }, (_, at) => percentFormat(format, start + at * stride))
}

export const SEQUENCE: Lookup = {
  options: ['start', 'end', 'count', 'stride', 'format'],
  run: (terms, options) => {
    const all: readonly Val[] = terms.length === 0 ? [''] : terms
    return all.flatMap((term) => sequence(plainText(term) ?? str(term), options))
  },
}
