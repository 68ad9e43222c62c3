import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import command from '../../modules/command.ts'
import shell from '../../modules/shell.ts'
import { parseArgs, runModule } from '../_harness/module.ts'

const folder = mkdtempSync(join(tmpdir(), 'command-'))
test.after.always(() => rmSync(folder, { recursive: true }))

test('a command gives its output, code and times, in one round trip', async (t) => {
  const run = await runModule(command, { cmd: 'printf "%s\\n" "a b" c' })
  t.is(run.status, 'changed')
  t.is(run.roundTrips, 1)
  t.like(run.data, { rc: 0, stdout: 'a b\nc', stdout_lines: ['a b', 'c'], stderr: '', stderr_lines: [] })
  t.deepEqual(run.data['cmd'], ['printf', '%s\\n', 'a b', 'c'])
  t.regex(String(run.data['delta']), /^0:00:00\.\d{6}$/)
  t.regex(String(run.data['start']), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/)
})

test('a code that is not 0 is a failure with the output', async (t) => {
  const run = await runModule(command, { argv: ['sh', '-c', 'echo out; echo err >&2; exit 3'] })
  t.is(run.status, 'failed')
  t.is(run.failure, 'non-zero return code')
  t.like(run.data, { rc: 3, stdout: 'out', stderr: 'err' })
})

test('a program that is not there has code 2', async (t) => {
  const run = await runModule(command, { cmd: '/no/such/program -x' })
  t.is(run.status, 'failed')
  t.is(run.data['rc'], 2)
  t.regex(run.failure ?? '', /No such file or directory: '\/no\/such\/program'/)
})

test('words are not for a shell, but variables and ~ are expanded', async (t) => {
  const env = { WORD: 'x y' }
  t.is(
    (await runModule(command, { cmd: 'echo $WORD ${WORD}z $NONE "a;b" \'$(id)\' ~' }, { env })).data['stdout'],
    `x y x yz $NONE a;b $(id) ${process.env['HOME'] ?? ''}`,
  )
  t.is((await runModule(command, { cmd: 'echo $WORD', expand_argument_vars: false }, { env })).data['stdout'], '$WORD')
})

test('standard input, with and without a last newline', async (t) => {
  t.is((await runModule(command, { cmd: 'od -An -c', stdin: 'ab' })).data['stdout'], '   a   b  \\n')
  t.is((await runModule(command, { cmd: 'od -An -c', stdin: 'ab', stdin_add_newline: false })).data['stdout'], '   a   b')
})

test('the ends of the output are stripped unless told otherwise', async (t) => {
  t.is((await runModule(shell, { cmd: 'printf "a\\n\\n"' })).data['stdout'], 'a')
  t.is((await runModule(shell, { cmd: 'printf "a\\n\\n"', strip_empty_ends: false })).data['stdout'], 'a\n\n')
})

test('creates and removes decide whether it runs, and make check mode certain', async (t) => {
  const made = join(folder, 'made')
  const task = { cmd: `touch ${made}`, creates: made }
  t.is((await runModule(command, task, { check: true })).status, 'changed')
  t.is((await runModule(command, task)).status, 'changed')
  t.true(existsSync(made))
  const again = await runModule(command, task)
  t.is(again.status, 'ok')
  t.like(again.data, { rc: 0, stdout: `skipped, since ${made} exists`, msg: `Did not run command since '${made}' exists` })
  t.is((await runModule(command, task, { check: true })).status, 'ok')
  t.is((await runModule(shell, { cmd: 'rm mad?', chdir: folder, removes: 'mad?' })).status, 'changed')
  t.is((await runModule(shell, { cmd: 'rm mad?', chdir: folder, removes: 'mad?' })).status, 'ok')
})

test('in check mode the path that a command creates is there for later tasks', async (t) => {
  const task = { cmd: 'true', creates: join(folder, 'predicted') }
  const first = await runModule(command, task, { check: true })
  const second = await runModule(command, task, { check: true, prediction: first.prediction })
  t.deepEqual([first.status, second.status], ['changed', 'ok'])
})

test('without creates or removes check mode cannot know', async (t) => {
  const run = await runModule(shell, { cmd: `touch ${join(folder, 'never')}` }, { check: true })
  t.is(run.status, 'unknown')
  t.false(existsSync(join(folder, 'never')))
})

test('a shell runs in its folder, with the shell that was asked for', async (t) => {
  t.is((await runModule(shell, { cmd: 'pwd', chdir: folder })).data['stdout'], folder)
  t.is((await runModule(shell, { cmd: 'x=(1 2); echo ${#x[@]}', executable: '/bin/bash' })).data['stdout'], '2')
  t.is((await runModule(shell, { cmd: 'pwd', chdir: '/no/such' })).status, 'failed')
})

test('no command, two commands and open quotes are refused', async (t) => {
  t.throws(() => parseArgs(command, {}), { message: /no command given/ })
  t.throws(() => parseArgs(command, { cmd: 'a', argv: ['b'] }), { message: /only command or argv/ })
  t.is((await runModule(command, { cmd: 'echo "a' })).status, 'failed')
})
