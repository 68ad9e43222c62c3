import { LazyRecord, Secret } from '../../base/value.ts'
import { type Args, bind } from './arguments.ts'
import { fail } from './errors.ts'
import type { Run } from './run.ts'
import { STRING_METHODS } from './string-methods.ts'
import { str } from './text.ts'
import { type CallValues, isValList, isValRecord, newRecord, own, Tuple, type Val, type ValRecord } from './types.ts'
import { asRecord, equals, iterate, plainText, revealed, type Taint, tainted, taintOf } from './values.ts'

/** A method: its parameters' names, and what it does with the object and the arguments bound to them. */
export interface Method<T> {
  readonly params: readonly string[]
  readonly run: (self: T, args: Args) => Val
}

/** A method in common use of a str, list or dict; undefined where there is none of that name. */
export function callMethod(self: Val, name: string, call: CallValues, run: Run): Val | undefined {
  const text = plainText(self)
  if (text !== undefined) return callString(self, text, name, call, run)
  if (isValList(self)) return invoke(LIST_METHODS, self, name, call)
  if (self instanceof LazyRecord && name === 'get') return lazyGet(self, call, run)
  const dict = isValRecord(self) || self instanceof LazyRecord ? asRecord(self) : undefined
  if (dict === undefined) return undefined
  const value = invoke(DICT_METHODS, dict, name, call)
  return value === undefined ? undefined : run.shallow(value)
}

function lazyGet(self: LazyRecord, call: CallValues, run: Run): Val {
  const args = bind('get', ['key', 'default'], call)
  return run.shallow(self.get(args.text('key')) ?? args.get('default') ?? null)
}

function invoke<T>(methods: ReadonlyMap<string, Method<T>>, self: T, name: string, call: CallValues): Val | undefined {
  const method = methods.get(name)
  if (method === undefined) return undefined
  const args = bind(name, method.params, call)
  return args.unknown() ?? method.run(self, args)
}

/** Texts keep their secrecy through a method, and take over that of its arguments. */
function callString(self: Val, text: string, name: string, call: CallValues, run: Run): Val | undefined {
  const taint: Taint = { secret: self instanceof Secret, unknown: undefined }
  for (const value of [...call.positional, ...call.named.values()]) taintOf(value, taint)
  if (taint.unknown !== undefined) return STRING_METHODS.has(name) ? taint.unknown : undefined
  if (!taint.secret) return invoke(STRING_METHODS, text, name, call)
  const open = { positional: call.positional.map(revealed), named: new Map([...call.named].map(([key, value]) => [key, revealed(value)])) }
  const value = invoke(STRING_METHODS, text, name, open)
  return value === undefined ? undefined : tainted(value, (secret) => run.renderer.host.onSecret(secret))
}

const LIST_METHODS: ReadonlyMap<string, Method<readonly Val[]>> = new Map<string, Method<readonly Val[]>>([
  ['index', { params: ['value'], run: indexOf }],
  ['count', { params: ['value'], run: (self, args) => self.filter((item) => equals(item, args.need('value'))).length }],
  ['copy', { params: [], run: (self) => [...self] }],
])

function indexOf(self: readonly Val[], args: Args): Val {
  const at = self.findIndex((item) => equals(item, args.need('value')))
  return at < 0 ? fail('list.index(x): x not in list') : at
}

const DICT_METHODS: ReadonlyMap<string, Method<ValRecord>> = new Map<string, Method<ValRecord>>([
  [
    'get',
    {
      params: ['key', 'default'],
      run: (self, args) => own(self, plainText(args.need('key')) ?? str(args.need('key'))) ?? args.get('default') ?? null,
    },
  ],
  ['keys', { params: [], run: (self) => Object.keys(self) }],
  ['values', { params: [], run: (self) => Object.values(self) }],
  ['items', { params: [], run: (self) => Object.entries(self).map(([key, value]) => Tuple.make([key, value])) }],
  ['copy', { params: [], run: (self) => newRecord(Object.entries(self)) }],
  [
    'fromkeys',
    {
      params: ['keys', 'value'],
      run: (_self, args) => newRecord(iterate(args.need('keys')).map((key) => [plainText(key) ?? '', args.get('value') ?? null] as const)),
    },
  ],
])
