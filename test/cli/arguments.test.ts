import test from 'ava'
import { type OptionTable, parseArguments } from '../../runner/cli/arguments.ts'
import { UsageError } from '../../runner/cli/usage-error.ts'

const TABLE = {
  limit: { flags: ['-l', '--limit'], kind: 'value', value: 'PATTERN', group: '', help: '' },
  inventory: { flags: ['-i', '--inventory'], kind: 'list', value: 'PATH', group: '', help: '' },
  check: { flags: ['-C', '--check'], kind: 'flag', group: '', help: '' },
  verbose: { flags: ['-v', '--verbose'], kind: 'count', group: '', help: '' },
  listTasks: { flags: ['--list-tasks'], kind: 'flag', group: '', help: '' },
  listTags: { flags: ['--list-tags'], kind: 'flag', group: '', help: '' },
} as const satisfies OptionTable

test('a value may stand apart, behind =, or right behind the letter', (t) => {
  for (const argv of [['-l', 'web'], ['-lweb'], ['-l=web'], ['--limit', 'web'], ['--limit=web'], ['-Cl', 'web']]) {
    t.is(parseArguments(TABLE, argv).value('limit'), 'web', argv.join(' '))
  }
})

test('options and words come in any order; behind -- all are words', (t) => {
  const args = parseArguments(TABLE, ['a.yml', '-C', 'b.yml', '--', '-l', '--check'])
  t.deepEqual(args.words, ['a.yml', 'b.yml', '-l', '--check'])
  t.true(args.flag('check'))
  t.is(args.value('limit'), undefined)
})

test('flags count, lists keep all, values keep the last', (t) => {
  const args = parseArguments(TABLE, ['-vv', '-v', '-i', 'a', '--inventory=b', '-l', 'x', '-l', 'y'])
  t.is(args.count('verbose'), 3)
  t.deepEqual(args.list('inventory'), ['a', 'b'])
  t.is(args.value('limit'), 'y')
})

test('a value may look like an option, be empty, or hold =', (t) => {
  t.is(parseArguments(TABLE, ['--limit', '-x']).value('limit'), '-x')
  t.is(parseArguments(TABLE, ['--limit=']).value('limit'), '')
  t.is(parseArguments(TABLE, ['--limit=a=b']).value('limit'), 'a=b')
})

test('an unambiguous beginning of a long name will do', (t) => {
  t.true(parseArguments(TABLE, ['--ch']).flag('check'))
  t.throws(() => parseArguments(TABLE, ['--list-t']), {
    instanceOf: UsageError,
    message: 'option --list-t is ambiguous: --list-tasks, --list-tags',
  })
})

test('what cannot be read is said, with what was meant', (t) => {
  const error = t.throws(() => parseArguments(TABLE, ['--limt', 'x']), { instanceOf: UsageError, message: 'no such option: --limt' })
  t.is(error.hint, 'did you mean --limit?')
  t.throws(() => parseArguments(TABLE, ['-Cx']), { message: 'no such option: -x (in -Cx)' })
  t.throws(() => parseArguments(TABLE, ['-l']), { message: 'option -l needs a value' })
  t.throws(() => parseArguments(TABLE, ['--check=yes']), { message: 'option --check takes no value' })
})
