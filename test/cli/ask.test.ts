import test from 'ava'
import { RunnerError } from '../../runner/base/error.ts'
import { askSecret, confirm } from '../../runner/cli/ask.ts'
import { testIo } from './_io.ts'

test('a password from a pipe is its first line, and is not shown', async (t) => {
  const io = testIo({ input: 'hunter22\nmore\n' })
  t.is((await askSecret('SSH password', io)).reveal(), 'hunter22')
  t.is(io.err(), 'SSH password: \n')
  t.is(io.out(), '')
})

test('no answer is an error, not an empty password', async (t) => {
  await t.throwsAsync(askSecret('SSH password', testIo()), { instanceOf: RunnerError, code: 'options' })
})

test('only a yes is a yes', async (t) => {
  for (const [input, meant] of [
    ['y\n', true],
    ['Yes\n', true],
    ['n\n', false],
    ['\n', false],
    ['', false],
    ['yesterday\n', false],
  ] as const) {
    t.is(await confirm('Install?', testIo({ input })), meant, JSON.stringify(input))
  }
})
