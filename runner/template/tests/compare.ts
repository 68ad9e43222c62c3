import { Float } from '../../base/value.ts'
import type { Args } from '../runtime/arguments.ts'
import { fail } from '../runtime/errors.ts'
import { pythonRegExp } from '../runtime/regex.ts'
import { str } from '../runtime/text.ts'
import type { Val } from '../runtime/types.ts'
import { compare, contains, equals, iterate, plainText, truthy } from '../runtime/values.ts'
import { aliases, type TestTable, test } from './define.ts'
import { compareVersions } from './version.ts'

function matches(value: Val, args: Args, how: 'match' | 'search' | 'regex'): boolean {
  const type = how === 'regex' ? args.text('match_type', 'search') : how
  const options = { ignoreCase: args.flag('ignorecase', false), multiline: args.flag('multiline', false) }
  const text = str(value)
  const pattern = args.text('pattern')
  if (type === 'fullmatch') return pythonRegExp(`(?:${pattern})$`, options, 'y').test(text)
  return pythonRegExp(pattern, options, type === 'match' ? 'y' : '').test(text)
}

function same(value: Val, other: Val): boolean {
  if (value instanceof Float && other instanceof Float) return value === other
  return typeof value === 'object' || typeof other === 'object' ? value === other : value === other
}

function subset(part: Val, whole: Val): boolean {
  const all = iterate(whole)
  return iterate(part).every((item) => all.some((other) => equals(item, other)))
}

const SIGNS: Readonly<Record<string, (order: number) => boolean>> = {
  '==': (order) => order === 0,
  '=': (order) => order === 0,
  eq: (order) => order === 0,
  '!=': (order) => order !== 0,
  '<>': (order) => order !== 0,
  ne: (order) => order !== 0,
  '<': (order) => order < 0,
  lt: (order) => order < 0,
  '<=': (order) => order <= 0,
  le: (order) => order <= 0,
  '>': (order) => order > 0,
  gt: (order) => order > 0,
  '>=': (order) => order >= 0,
  ge: (order) => order >= 0,
}

function version(value: Val, args: Args): boolean {
  const sign = args.text('operator', 'eq')
  const held = Object.hasOwn(SIGNS, sign) ? SIGNS[sign] : undefined
  if (held === undefined) return fail(`Invalid operator type (${sign}). Must be one of ${Object.keys(SIGNS).join(', ')}`)
  if (str(value) === '') return fail('Input version value cannot be empty')
  const type = args.flag('strict', false) ? 'strict' : args.text('version_type', 'loose')
  return held(compareVersions(str(value), str(args.need('version')), type))
}

/** Tests that hold a value against another. */
export const COMPARISONS: TestTable = [
  ...aliases(['eq', '==', 'equalto'], ['other'], (value, args) => equals(value, args.need('other'))),
  ...aliases(['ne', '!='], ['other'], (value, args) => !equals(value, args.need('other'))),
  ...aliases(['lt', '<', 'lessthan'], ['other'], (value, args) => compare(value, args.need('other'), '<') < 0),
  ...aliases(['le', '<='], ['other'], (value, args) => compare(value, args.need('other'), '<=') <= 0),
  ...aliases(['gt', '>', 'greaterthan'], ['other'], (value, args) => compare(value, args.need('other'), '>') > 0),
  ...aliases(['ge', '>='], ['other'], (value, args) => compare(value, args.need('other'), '>=') >= 0),
  test('in', ['seq'], (value, args) => contains(args.need('seq'), value)),
  test('contains', ['value'], (value, args) => contains(value, args.need('value'))),
  test('sameas', ['other'], (value, args) => same(value, args.need('other'))),
  test('match', ['pattern', 'ignorecase', 'multiline'], (value, args) => matches(value, args, 'match')),
  test('search', ['pattern', 'ignorecase', 'multiline'], (value, args) => matches(value, args, 'search')),
  test('regex', ['pattern', 'ignorecase', 'multiline', 'match_type'], (value, args) => matches(value, args, 'regex')),
  ...aliases(['version', 'version_compare'], ['version', 'operator', 'strict', 'version_type'], version),
  ...aliases(['subset', 'issubset'], ['b'], (value, args) => subset(value, args.need('b'))),
  ...aliases(['superset', 'issuperset'], ['b'], (value, args) => subset(args.need('b'), value)),
  test('any', [], (value) => iterate(value).some(truthy)),
  test('all', [], (value) => iterate(value).every(truthy)),
  test('truthy', ['convert_bool'], (value, args) => truth(value, args.flag('convert_bool', false))),
  test('falsy', ['convert_bool'], (value, args) => !truth(value, args.flag('convert_bool', false))),
]

function truth(value: Val, convert: boolean): boolean {
  const text = convert ? plainText(value)?.toLowerCase() : undefined
  if (text !== undefined && ['yes', 'on', '1', 'true', 't', 'y'].includes(text)) return true
  if (text !== undefined && ['no', 'off', '0', 'false', 'f', 'n'].includes(text)) return false
  return truthy(value)
}
