import { Secret } from '../../base/value.ts'
import { isValList, Tuple, type Val } from '../runtime/types.ts'
import { compare, equals, plainText } from '../runtime/values.ts'

/** Sorts stably by keys; texts ignore case unless told otherwise. */
export function sortBy(
  items: readonly Val[],
  key: (item: Val) => Val,
  order: { readonly caseSensitive: boolean; readonly reverse: boolean },
): Val[] {
  const keyed = items.map((item) => [folded(key(item), order.caseSensitive), item] as const)
  const sign = order.reverse ? -1 : 1
  return keyed.sort((a, b) => sign * compare(a[0], b[0])).map(([, item]) => item)
}

export function folded(value: Val, caseSensitive: boolean): Val {
  if (caseSensitive) return value
  if (value instanceof Tuple) return Tuple.make(value.map((item) => folded(item, false)))
  const text = plainText(value)
  if (text === undefined) return value
  return value instanceof Secret ? new Secret(text.toLowerCase()) : text.toLowerCase()
}

/** Items under equal keys, keys in order: jinja2's groupby. */
export function groups(pairs: readonly (readonly [Val, Val])[], caseSensitive: boolean): Val {
  const sorted = sortBy(
    pairs.map(([key, item]) => Tuple.make([key, item])),
    (pair) => (isValList(pair) ? (pair[0] ?? null) : null),
    { caseSensitive, reverse: false },
  )
  const out: Tuple[] = []
  let last: Val | undefined
  let members: Val[] = []
  for (const pair of sorted) {
    const [key = null, item = null] = isValList(pair) ? pair : []
    if (last === undefined || !equals(folded(key, caseSensitive), folded(last, caseSensitive))) {
      last = key
      members = []
      out.push(Tuple.make([key, members]))
    }
    members.push(item)
  }
  return out
}
