import { fail } from '../runtime/errors.ts'
import { typeName } from '../runtime/text.ts'
import { isValList, isValRecord, type Val } from '../runtime/types.ts'
import { equals, iterate } from '../runtime/values.ts'
import { type FilterBody, type FilterTable, values } from './define.ts'
import { distinct } from './lists.ts'

/** Whether a list holds a value; texts and numbers are found in constant time. */
function membership(items: readonly Val[]): (value: Val) => boolean {
  const simple = new Set(items.filter((item) => typeof item === 'string'))
  const others = items.filter((item) => typeof item !== 'string')
  return (value) => (typeof value === 'string' && simple.has(value)) || others.some((item) => equals(item, value))
}

function elements(value: Val): readonly Val[] {
  return isValList(value) || isValRecord(value) ? iterate(value) : fail(`a list is needed, not ${typeName(value)}`)
}

function pair(combine: (a: readonly Val[], b: readonly Val[]) => readonly Val[]): FilterBody {
  return (input, args) => distinct(combine(elements(input), elements(args.need('b'))))
}

export function difference(a: readonly Val[], b: readonly Val[]): Val[] {
  const inB = membership(b)
  return a.filter((item) => !inB(item))
}

export const SETS: FilterTable = [
  values(
    'union',
    ['b'],
    pair((a, b) => [...a, ...b]),
  ),
  values(
    'intersect',
    ['b'],
    pair((a, b) => a.filter(membership(b))),
  ),
  values('difference', ['b'], pair(difference)),
  values(
    'symmetric_difference',
    ['b'],
    pair((a, b) => [...difference(a, b), ...difference(b, a)]),
  ),
]
