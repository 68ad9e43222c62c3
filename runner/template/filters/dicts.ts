import type { Args } from '../runtime/arguments.ts'
import { fail } from '../runtime/errors.ts'
import { member } from '../runtime/member.ts'
import { str, typeName } from '../runtime/text.ts'
import { isValList, isValRecord, newRecord, own, Tuple, Undefined, type Val, type ValRecord } from '../runtime/types.ts'
import { asRecord, iterate, plainText } from '../runtime/values.ts'
import { type FilterTable, recordOf, values } from './define.ts'
import { byAttribute } from './select.ts'
import { difference } from './sets.ts'
import { sortBy } from './sorting.ts'

function dictToItems(input: Val, args: Args): Val {
  const key = args.text('key_name', 'key')
  const value = args.text('value_name', 'value')
  return Object.entries(recordOf(input, 'dict2items')).map(([name, item]) =>
    newRecord([
      [key, name],
      [value, item],
    ]),
  )
}

function itemsToDict(input: Val, args: Args): Val {
  if (!isValList(input)) return fail(`items2dict requires a list, got ${typeName(input)} instead.`)
  const key = args.text('key_name', 'key')
  const value = args.text('value_name', 'value')
  return newRecord(
    input.map((item) => {
      const entry = recordOf(item, 'items2dict: each element')
      return [
        str(own(entry, key) ?? fail(`items2dict requires each dictionary in the list to contain the keys '${key}' and '${value}'`)),
        own(entry, value) ?? fail(`items2dict requires each dictionary in the list to contain the keys '${key}' and '${value}'`),
      ] as const
    }),
  )
}

type ListMerge = 'replace' | 'keep' | 'append' | 'prepend' | 'append_rp' | 'prepend_rp'

const LIST_MERGES: readonly ListMerge[] = ['replace', 'keep', 'append', 'prepend', 'append_rp', 'prepend_rp']
const LIST_MERGE: ReadonlyMap<string, ListMerge> = new Map(LIST_MERGES.map((name) => [name, name]))

function combine(input: Val, args: Args): Val {
  const recursive = args.extra.get('recursive') === true
  const wanted = args.extra.get('list_merge')
  const lists =
    wanted === undefined
      ? 'replace'
      : (LIST_MERGE.get(plainText(wanted) ?? '') ?? fail(`combine: 'list_merge' must be one of ${[...LIST_MERGE.keys()].join(', ')}`))
  for (const name of args.extra.keys())
    if (name !== 'recursive' && name !== 'list_merge') fail("'recursive' and 'list_merge' are the only valid keyword arguments")
  const dicts = [input, ...args.rest]
    .flatMap((value) => (isValList(value) ? flat(value) : [value]))
    .map((value) => recordOf(value, 'combine'))
  return dicts.reduce<ValRecord>((merged, dict) => merge(merged, dict, recursive, lists), newRecord())
}

function flat(items: readonly Val[]): Val[] {
  return items.flatMap((item) => (isValList(item) ? flat(item) : [item]))
}

/** ansible's merge of two dicts: the second wins. */
export function merge(first: ValRecord, second: ValRecord, recursive: boolean, lists: ListMerge): ValRecord {
  const out = newRecord(Object.entries(first))
  for (const [key, value] of Object.entries(second)) {
    const old = own(out, key)
    if (recursive && old !== undefined && isValRecord(old) && isValRecord(value)) out[key] = merge(old, value, recursive, lists)
    else if (old !== undefined && isValList(old) && isValList(value)) out[key] = mergeLists(old, value, lists)
    else out[key] = value
  }
  return out
}

function mergeLists(old: readonly Val[], value: readonly Val[], how: ListMerge): Val {
  switch (how) {
    case 'replace':
      return value
    case 'keep':
      return old
    case 'append':
      return [...old, ...value]
    case 'prepend':
      return [...value, ...old]
    case 'append_rp':
      return [...difference(old, value), ...value]
    case 'prepend_rp':
      return [...value, ...difference(old, value)]
  }
}

function dictSort(input: Val, args: Args): Val {
  const by = args.text('by', 'key')
  if (by !== 'key' && by !== 'value') fail('You can only sort by either "key" or "value"')
  const entries = Object.entries(recordOf(input, 'dictsort')).map((entry) => Tuple.make(entry))
  const at = by === 'key' ? 0 : 1
  return sortBy(entries, (entry) => (isValList(entry) ? (entry[at] ?? null) : null), {
    caseSensitive: args.flag('case_sensitive', false),
    reverse: args.flag('reverse', false),
  })
}

function subelements(input: Val, args: Args): Val {
  const path = plainText(args.need('subelements'))?.split('.') ?? iterate(args.need('subelements')).map(str)
  const skip = args.flag('skip_missing', false)
  const record = asRecord(input)
  const items = record === undefined ? iterate(input) : Object.values(record)
  return items.flatMap((item) => {
    const found = path.reduce<Val>((value, key) => member(value, key), item)
    if (found instanceof Undefined && skip) return []
    if (found instanceof Undefined) return fail(`could not find '${path.join('.')}' key in iterated item ${str(item)}`)
    if (!isValList(found)) return skip ? [] : fail(`the key ${path.join('.')} should point to a list, got ${str(found)}`)
    return found.map((sub) => Tuple.make([item, sub]))
  })
}

/** `key | extract(container, morekeys)`. */
function extract(input: Val, args: Args): Val {
  const more = args.get('morekeys') ?? null
  const keys = more === null ? [] : isValList(more) ? more : [more]
  return keys.reduce<Val>((value, key) => member(value, key), member(args.need('container'), input))
}

function rekey(input: Val, args: Args): Val {
  const record = asRecord(input)
  const key = args.need('key')
  const reach = byAttribute(key)
  return newRecord((record === undefined ? iterate(input) : Object.values(record)).map((item) => [str(reach(item)), item] as const))
}

export const DICTS: FilterTable = [
  values('dict2items', ['key_name', 'value_name'], dictToItems),
  values('items2dict', ['key_name', 'value_name'], itemsToDict),
  values('combine', ['*rest', '**options'], combine),
  values('dictsort', ['case_sensitive', 'by', 'reverse'], dictSort),
  values('items', [], (input) => Object.entries(recordOf(input, 'items')).map((entry) => Tuple.make(entry))),
  values('subelements', ['subelements', 'skip_missing'], subelements),
  values('extract', ['container', 'morekeys'], extract),
  values('rekey_on_member', ['key', 'duplicates'], rekey),
]
