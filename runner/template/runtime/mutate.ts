import { bind } from './arguments.ts'
import { fail } from './errors.ts'
import type { Run } from './run.ts'
import { str } from './text.ts'
import { type CallValues, isValList, isValRecord, own, Tuple, type Val } from './types.ts'
import { asRecord, compare, equals, iterate, plainText } from './values.ts'

/** Methods that change their object in place. */
export const MUTATORS: ReadonlySet<string> = new Set([
  'append',
  'extend',
  'insert',
  'remove',
  'clear',
  'sort',
  'reverse',
  'pop',
  'popitem',
  'update',
  'setdefault',
])

const MAX_LIST = 1_000_000

/** Runs one on an object that belongs to the render; undefined where the object has no such method. */
export function mutate(target: Val, name: string, call: CallValues, run: Run): Val | undefined {
  run.tick()
  if (!isMutable(target, run)) return undefined
  if (Array.isArray(target)) return mutateList(target, name, call)
  return isMutableRecord(target) ? mutateDict(target, name, call) : undefined
}

function isMutable(target: Val, run: Run): target is Val[] | Record<string, Val> {
  return (isValList(target) || isValRecord(target)) && run.owned.has(target)
}

function isMutableRecord(target: Val): target is Record<string, Val> {
  return isValRecord(target)
}

function mutateList(list: Val[], name: string, call: CallValues): Val | undefined {
  if (list.length > MAX_LIST) fail('a list grew past a million elements')
  switch (name) {
    case 'append':
      list.push(bind(name, ['value'], call).need('value'))
      return null
    case 'extend':
      for (const item of [...iterate(bind(name, ['items'], call).need('items'))]) list.push(item)
      return null
    case 'insert': {
      const args = bind(name, ['index', 'value'], call)
      list.splice(args.number('index'), 0, args.need('value'))
      return null
    }
    case 'pop':
      return list.splice(bind(name, ['index'], call).number('index', -1), 1)[0] ?? fail('pop index out of range')
    case 'remove':
      return removeFrom(list, bind(name, ['value'], call).need('value'))
    default:
      return reorder(list, name, call)
  }
}

function reorder(list: Val[], name: string, call: CallValues): Val | undefined {
  switch (name) {
    case 'clear':
      list.length = 0
      return null
    case 'reverse':
      list.reverse()
      return null
    case 'sort': {
      list.sort((a, b) => compare(a, b))
      if (bind(name, ['reverse'], call).flag('reverse', false)) list.reverse()
      return null
    }
    default:
      return undefined
  }
}

function removeFrom(list: Val[], value: Val): Val {
  const at = list.findIndex((item) => equals(item, value))
  if (at < 0) fail('list.remove(x): x not in list')
  list.splice(at, 1)
  return null
}

function mutateDict(dict: Record<string, Val>, name: string, call: CallValues): Val | undefined {
  switch (name) {
    case 'update':
      return update(dict, call)
    case 'setdefault': {
      const args = bind(name, ['key', 'default'], call)
      const key = keyOf(args.need('key'))
      dict[key] = own(dict, key) ?? args.get('default') ?? null
      return dict[key]
    }
    case 'pop':
      return popKey(dict, call)
    case 'popitem': {
      const last = Object.entries(dict).at(-1)
      if (last === undefined) return fail('popitem(): dictionary is empty')
      Reflect.deleteProperty(dict, last[0])
      return Tuple.make(last)
    }
    case 'clear':
      for (const key of Object.keys(dict)) Reflect.deleteProperty(dict, key)
      return null
    default:
      return undefined
  }
}

function update(dict: Record<string, Val>, call: CallValues): Val {
  const args = bind('update', ['other', '**more'], call)
  const other = args.get('other')
  const record = other === undefined ? undefined : asRecord(other)
  if (record !== undefined) Object.assign(dict, record)
  else if (other !== undefined) for (const pair of iterate(other)) dict[keyOf(iterate(pair)[0] ?? null)] = iterate(pair)[1] ?? null
  for (const [key, value] of args.extra) dict[key] = value
  return null
}

function popKey(dict: Record<string, Val>, call: CallValues): Val {
  const args = bind('pop', ['key', 'default'], call)
  const key = keyOf(args.need('key'))
  const value = own(dict, key) ?? args.get('default')
  if (value === undefined) return fail(`KeyError: '${key}'`)
  Reflect.deleteProperty(dict, key)
  return value
}

function keyOf(value: Val): string {
  return plainText(value) ?? str(value)
}
