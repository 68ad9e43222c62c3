import test from 'ava'
import { exitCodeOf, exitCodeOfHosts } from '../../runner/cli/exit-code.ts'

test('lost hosts weigh more than failed ones, and changed or ignored ones nothing', (t) => {
  t.is(exitCodeOfHosts({ failed: [], unreachable: [] }), 0)
  t.is(exitCodeOfHosts({ failed: ['a'], unreachable: [] }), 2)
  t.is(exitCodeOfHosts({ failed: ['a'], unreachable: ['b'] }), 4)
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
