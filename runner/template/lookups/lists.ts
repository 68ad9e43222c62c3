import { randomInt } from 'node:crypto'
import { FILTERS } from '../filters/index.ts'
import { fail, limit } from '../runtime/errors.ts'
import type { Run } from '../runtime/run.ts'
import { typeName } from '../runtime/text.ts'
import { isValList, newRecord, own, Tuple, type Val } from '../runtime/types.ts'
import { asRecord, iterate, plainText, truthy } from '../runtime/values.ts'
import { flattened, type Lookup, type Options } from './define.ts'

const MAX_ITEMS = 1_000_000

function dict(terms: readonly Val[]): readonly Val[] {
  return flattened(terms).flatMap((term) => {
    const record = asRecord(term) ?? fail(`with_dict expects a dict, not ${typeName(term)}`)
    return Object.entries(record).map(([key, value]) =>
      newRecord([
        ['key', key],
        ['value', value],
      ]),
    )
  })
}

function nested(terms: readonly Val[]): readonly Val[] {
  if (terms.length === 0) return fail('with_nested requires at least one element in the nested list')
  return terms.reduce<Val[][]>(
    (rows, term) => {
      const items = isValList(term) ? term : [term]
      if (rows.length * items.length > MAX_ITEMS) limit('with_nested makes more than a million elements')
      return rows.flatMap((row) => items.map((item) => [...row, ...(isValList(item) ? item : [item])]))
    },
    [[]],
  )
}

function together(terms: readonly Val[]): readonly Val[] {
  if (terms.length === 0) return fail('with_together requires at least one element in each list')
  const lists = terms.map((term) => (isValList(term) ? term : [term]))
  return Array.from({ length: Math.max(...lists.map((list) => list.length)) }, (_, at) => lists.map((list) => list[at] ?? null))
}

/** `[list, key, {skip_missing: true}]`. */
function subelements(terms: readonly Val[], _options: Options, run: Run): readonly Val[] {
  const [list, key, flags] = terms
  const filter = FILTERS.get('subelements')
  if (list === undefined || key === undefined || filter === undefined)
    return fail('subelements lookup expects a list of two or three items')
  const record = flags === undefined ? undefined : asRecord(flags)
  const skip = record === undefined ? false : truthy(own(record, 'skip_missing') ?? false)
  const name = plainText(key)
  return iterate(filter(list, { positional: [key, skip], named: new Map() }, run)).map((pair) => {
    const [item = null, element = null] = iterate(pair)
    const fields = Object.entries(asRecord(item) ?? {}).filter(([field]) => field !== name)
    return Tuple.make([newRecord(fields), element])
  })
}

function indexed(terms: readonly Val[]): readonly Val[] {
  return flattened(terms).map((item, at) => Tuple.make([at, item]))
}

function randomChoice(terms: readonly Val[]): readonly Val[] {
  const items = terms.length === 1 && isValList(terms[0] ?? null) ? iterate(terms[0] ?? null) : terms
  return items.length === 0 ? [] : [items[randomInt(items.length)] ?? null]
}

export const LIST_LOOKUPS: readonly (readonly [string, Lookup])[] = [
  ['items', { options: [], run: flattened }],
  ['list', { options: [], run: (terms) => terms }],
  ['dict', { options: [], run: dict }],
  ['nested', { options: [], run: nested }],
  ['together', { options: [], run: together }],
  ['subelements', { options: [], run: subelements }],
  ['indexed_items', { options: [], run: indexed }],
  ['random_choice', { options: [], run: randomChoice }],
]
