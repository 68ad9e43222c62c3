import test from 'ava'
import { expandLimit, matchPattern, splitPattern } from '../../runner/load/pattern.ts'
import { folder } from './_folder.ts'

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  all: ['w1', 'w2', 'w3', 'd1', 'd2'],
  web: ['w1', 'w2', 'w3'],
  db: ['d1', 'd2'],
  prod: ['w1', 'd1'],
}
const view = { hosts: GROUPS['all'] ?? [], groups: Object.keys(GROUPS), hostsOf: (name: string) => GROUPS[name] }
const select = (pattern: string | readonly string[]): string => matchPattern(pattern, view).hosts.join(' ')

const cases: readonly (readonly [string, string])[] = [
  ['all', 'w1 w2 w3 d1 d2'],
  ['*', 'w1 w2 w3 d1 d2'],
  ['web', 'w1 w2 w3'],
  ['w2', 'w2'],
  ['db:w1', 'd1 d2 w1'],
  ['db,w1', 'd1 d2 w1'],
  ['web:&prod', 'w1'],
  ['web:!prod', 'w2 w3'],
  ['!web', 'd1 d2'],
  ['&prod', 'w1 d1'],
  ['!w1:web', 'w2 w3'],
  ['web:db:&prod:!d1', 'w1'],
  ['w*', 'w1 w2 w3'],
  ['?1', 'w1 d1'],
  ['[wd]1', 'w1 d1'],
  ['~[wd]1', 'w1 d1'],
  ['~^d', 'd1 d2'],
  ['web[0]', 'w1'],
  ['web[-1]', 'w3'],
  ['web[0:1]', 'w1 w2'],
  ['web[1:]', 'w2 w3'],
  ['web[:1]', 'w1 w2'],
  ['all:!web[0]', 'w2 w3 d1 d2'],
  ['', ''],
  ['web:', 'w1 w2 w3'],
  [',web,', 'w1 w2 w3'],
  ['nope', ''],
  ['localhost', 'localhost'],
  ['web:!~w[12]', 'w3'],
]

for (const [pattern, expected] of cases)
  test(`the host pattern "${pattern}"`, (t) => {
    t.is(select(pattern), expected)
  })

test('pieces that match nothing are told', (t) => {
  t.deepEqual(matchPattern('web:nope,gone', view).unmatched, ['web:nope', 'gone'])
  t.deepEqual(matchPattern('web:nope', view).unmatched, ['nope'])
  t.deepEqual(matchPattern(['web', 'd*'], view).unmatched, [])
})

test('addresses are one piece', (t) => {
  t.deepEqual(splitPattern('fe80::1'), ['fe80::1'])
  t.deepEqual(splitPattern('web[0:2]:db'), ['web[0:2]', 'db'])
})

test('a limit may come from a file', (t) => {
  const root = folder(t, { retry: 'w1\n\n# no\nd1\n' })
  t.deepEqual(expandLimit('@retry,w2', root), ['w1', 'd1', 'w2'])
})

test('a subscript past the end and a broken expression are refused', (t) => {
  t.throws(() => select('web[9]'), { message: /^No hosts matched the subscripted pattern/ })
  t.throws(() => select('~['), { message: /^Invalid host list pattern/ })
})
