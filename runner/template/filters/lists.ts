import { RunnerError } from '../../base/error.ts'
import { LazyRecord, Unknown } from '../../base/value.ts'
import type { Args } from '../runtime/arguments.ts'
import { fail, limit } from '../runtime/errors.ts'
import { binary } from '../runtime/operators.ts'
import { typeName } from '../runtime/text.ts'
import { isValList, isValRecord, Tuple, Undefined, type Val } from '../runtime/types.ts'
import { compare, equals, iterate, plainText } from '../runtime/values.ts'
import { type FilterTable, values } from './define.ts'
import { byAttribute } from './select.ts'
import { folded, sortBy } from './sorting.ts'

function length(input: Val): Val {
  const text = plainText(input)
  if (text !== undefined) return Array.from(text).length
  if (isValList(input) || isValRecord(input) || input instanceof LazyRecord) return iterate(input).length
  return fail(`object of type '${typeName(input)}' has no len()`)
}

function end(input: Val, which: 'first' | 'last'): Val {
  const items = iterate(input)
  const item = which === 'first' ? items[0] : items.at(-1)
  return item ?? (items.length > 0 ? null : new Undefined(() => new RunnerError('undefined', `No ${which} item, sequence was empty.`)))
}

function extreme(input: Val, args: Args, sign: 1 | -1): Val {
  const attribute = args.get('attribute') ?? null
  const caseSensitive = args.flag('case_sensitive', false)
  const key = attribute === null ? (item: Val): Val => item : byAttribute(attribute)
  let best: Val | undefined
  for (const item of iterate(input)) {
    const held = folded(key(item), caseSensitive)
    if (item instanceof Unknown || held instanceof Unknown) return held
    if (best === undefined || sign * compare(held, folded(key(best), caseSensitive)) < 0) best = item
  }
  return best ?? new Undefined(() => new RunnerError('undefined', 'No aggregated item, sequence was empty.'))
}

function sum(input: Val, args: Args): Val {
  const attribute = args.get('attribute') ?? null
  const items = attribute === null ? iterate(input) : iterate(input).map(byAttribute(attribute))
  return items.reduce(
    (total, item) => (item instanceof Undefined ? binary('+', total, raise(item)) : binary('+', total, item)),
    args.get('start') ?? 0,
  )
}

function raise(value: Undefined): never {
  throw value.error()
}

function sort(input: Val, args: Args): Val {
  const attribute = args.get('attribute') ?? null
  const text = attribute === null ? undefined : plainText(attribute)
  const order = { caseSensitive: args.flag('case_sensitive', false), reverse: args.flag('reverse', false) }
  if (attribute === null) return sortBy(iterate(input), (item) => item, order)
  const reach = text?.includes(',') === true ? text.split(',').map((part) => byAttribute(part)) : [byAttribute(attribute)]
  const [only] = reach
  const key = reach.length === 1 && only !== undefined ? only : (item: Val): Val => Tuple.make(reach.map((part) => part(item)))
  return sortBy(iterate(input), (item) => needed(key(item)), order)
}

function needed(value: Val): Val {
  return value instanceof Undefined ? raise(value) : value
}

function unique(input: Val, args: Args): Val {
  const attribute = args.get('attribute') ?? null
  const caseSensitive = args.flag('case_sensitive', false)
  const key = attribute === null ? (item: Val): Val => item : byAttribute(attribute)
  return distinct(iterate(input), (item) => folded(key(item), caseSensitive))
}

/** The first of each of the items that are equal under a key, texts and numbers in linear time. */
export function distinct(items: readonly Val[], key: (item: Val) => Val = (item) => item): Val[] {
  const seen = new Set<Val>()
  const others: Val[] = []
  return items.filter((item) => {
    const held = needed(key(item))
    if (typeof held === 'string' || (typeof held === 'number' && held !== 0 && held !== 1)) {
      if (seen.has(held)) return false
      seen.add(held)
      return !others.some((other) => equals(other, held))
    }
    if (others.some((other) => equals(other, held))) return false
    others.push(held)
    return true
  })
}

function flatten(input: Val, levels: number | undefined, skipNulls: boolean): Val[] {
  if (!isValList(input)) return [input]
  const out: Val[] = []
  for (const item of input) {
    if (skipNulls && (item === null || item === 'None' || item === 'null')) continue
    if (isValList(item) && (levels === undefined || levels >= 1))
      out.push(...flatten(item, levels === undefined ? undefined : levels - 1, skipNulls))
    else out.push(item)
  }
  return out
}

function batch(input: Val, args: Args): Val {
  const size = args.number('linecount')
  if (size < 1) fail('batch needs a positive count')
  const items = iterate(input)
  const out: Val[][] = []
  for (let at = 0; at < items.length; at += size) out.push(items.slice(at, at + size))
  const fill = args.get('fill_with') ?? null
  const last = out.at(-1)
  if (fill !== null && last !== undefined) while (last.length < size) last.push(fill)
  return out
}

function sliceUp(input: Val, args: Args): Val {
  const items = iterate(input)
  const count = args.number('slices')
  const fill = args.get('fill_with') ?? null
  const size = Math.floor(items.length / count)
  const extra = items.length % count
  let offset = 0
  return Array.from({ length: Math.min(count, 100_000) }, (_, at) => {
    const start = offset + at * size
    if (at < extra) offset += 1
    const part = items.slice(start, offset + (at + 1) * size)
    return fill !== null && at >= extra && extra > 0 ? [...part, fill] : part
  })
}

function zip(input: Val, args: Args, longest: boolean): Val {
  const lists = [input, ...args.rest].map(iterate)
  const lengths = lists.map((list) => list.length)
  const count = longest ? Math.max(...lengths) : Math.min(...lengths)
  const fill = args.extra.get('fillvalue') ?? null
  return Array.from({ length: count }, (_, at) => Tuple.make(lists.map((list) => (at < list.length ? (list[at] ?? null) : fill))))
}

function reverse(input: Val): Val {
  const text = plainText(input)
  if (text !== undefined) return Array.from(text).reverse().join('')
  return [...iterate(input)].reverse()
}

const MAX_LIST = 1_000_000

function product(lists: readonly (readonly Val[])[]): Val[] {
  if (lists.reduce((count, list) => count * list.length, 1) > MAX_LIST) limit('product makes more than a million elements')
  return lists
    .reduce<Val[][]>((rows, list) => rows.flatMap((row) => list.map((item) => [...row, item])), [[]])
    .map((row) => Tuple.make(row))
}

function choose(items: readonly Val[], size: number, ordered: boolean): Val[] {
  const out: Val[] = []
  const take = (chosen: readonly number[]): void => {
    if (out.length > MAX_LIST) limit('combinations or permutations make more than a million elements')
    if (chosen.length === size) {
      out.push(Tuple.make(chosen.map((at) => items[at] ?? null)))
      return
    }
    const from = ordered ? 0 : (chosen.at(-1) ?? -1) + 1
    for (let at = from; at < items.length; at += 1) if (!ordered || !chosen.includes(at)) take([...chosen, at])
  }
  if (size >= 0 && size <= items.length) take([])
  return out
}

export const LISTS: FilterTable = [
  values('length', [], length),
  values('count', [], length),
  values('first', [], (input) => end(input, 'first')),
  values('last', [], (input) => end(input, 'last')),
  values('min', ['attribute', 'case_sensitive'], (input, args) => extreme(input, args, 1)),
  values('max', ['attribute', 'case_sensitive'], (input, args) => extreme(input, args, -1)),
  values('sum', ['attribute', 'start'], sum),
  values('sort', ['reverse', 'case_sensitive', 'attribute'], sort),
  values('unique', ['case_sensitive', 'attribute'], unique),
  values('flatten', ['levels', 'skip_nulls'], (input, args) =>
    flatten(input, (args.get('levels') ?? null) === null ? undefined : args.number('levels'), args.flag('skip_nulls', true)),
  ),
  values('batch', ['linecount', 'fill_with'], batch),
  values('slice', ['slices', 'fill_with'], sliceUp),
  values('zip', ['*rest'], (input, args) => zip(input, args, false)),
  values('zip_longest', ['*rest', '**named'], (input, args) => zip(input, args, true)),
  values('reverse', [], reverse),
  values('product', ['*rest', '**named'], (input, args) => product(repeated([input, ...args.rest].map(iterate), args.extra.get('repeat')))),
  values('permutations', ['size'], (input, args) =>
    choose(iterate(input), (args.get('size') ?? null) === null ? iterate(input).length : args.number('size'), true),
  ),
  values('combinations', ['size'], (input, args) => choose(iterate(input), args.number('size'), false)),
]

function repeated(lists: readonly (readonly Val[])[], times: Val | undefined): readonly (readonly Val[])[] {
  const count = typeof times === 'number' ? Math.min(20, times) : 1
  return Array.from({ length: count }, () => lists).flat()
}
