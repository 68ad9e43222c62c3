import test from 'ava'
import { exitCodeOf, exitCodeOfHosts } from '../../runner/cli/exit-code.ts'
import { tally } from '../report/_events.ts'

test('lost hosts weigh more than failed ones, and changed or ignored ones nothing', (t) => {
  t.is(exitCodeOfHosts([tally({ ok: 3, changed: 2, ignored: 1, rescued: 1 })]), 0)
  t.is(exitCodeOfHosts([tally({ ok: 1 }), tally({ failed: 1 })]), 2)
  t.is(exitCodeOfHosts([tally({ failed: 1 }), tally({ unreachable: 1 })]), 4)
  t.is(exitCodeOfHosts([]), 0)
})

test('errors have the codes that scripts around Ansible know', (t) => {
  t.deepEqual(
    (['options', 'not-found', 'yaml', 'syntax', 'unreachable', 'inventory', 'bug'] as const).map((code) => [code, exitCodeOf(code)]),
    [
      ['options', 5],
      ['not-found', 1],
      ['yaml', 4],
      ['syntax', 4],
      ['unreachable', 4],
      ['inventory', 1],
      ['bug', 250],
    ],
  )
})
