import test from 'ava'
import { must, run } from '../../lab/child.ts'
import { RunnerError } from '../../runner/base/error.ts'

const { signal } = new AbortController()

test('a failing exit code is a value of run and an error of must, which ends with what the program said', async (t) => {
  const argv = ['sh', '-c', 'cat; echo why >&2; exit 3'] as const
  t.deepEqual(await run([...argv], { signal, stdin: 'in' }), { code: 3, stdout: 'in', stderr: 'why\n' })
  const error = await t.throwsAsync(must([...argv], { signal }), { instanceOf: RunnerError })
  t.regex(error.message, /ended with 3: why$/)
})

test('a program that takes too long is cut off and named', async (t) => {
  const error = await t.throwsAsync(run(['sleep', '30'], { signal, timeout: 0.1 }), { instanceOf: RunnerError })
  t.is(error.message, 'sleep 30: took longer than 0.1 s')
})

test('a program that is not there is an error', async (t) => {
  await t.throwsAsync(run(['/nonexistent/program'], { signal }), { instanceOf: RunnerError, message: /ENOENT/ })
})

test('a program that does not read its input is no error', async (t) => {
  t.is((await run(['true'], { signal, stdin: 'x'.repeat(1_000_000) })).code, 0)
})
