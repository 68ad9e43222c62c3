import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { RunnerError } from '../../runner/base/error.ts'
import { quote } from '../../runner/base/quote.ts'
import type { Connection, ConnectionSettings, Session } from '../../runner/host/session.ts'
import { type Sshd, startSshd } from '../_harness/sshd.ts'
import { localSettings, open, SHELLS, scratch } from './_connections.ts'

const PRELUDE = 'sr_greet() { printf "hello %s" "$1"; }'
const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))

let sshd: Sshd

test.before(async () => {
  sshd = await startSshd()
})

test.after.always(() => sshd.stop())

for (const kind of ['local', 'ssh'] as const) {
  for (const shell of SHELLS) conforms(`${kind}, ${shell}`, () => (kind === 'local' ? localSettings({ shell }) : sshd.settings({ shell })))
}

/** What every session promises, whatever carries it. */
function conforms(title: string, settings: () => ConnectionSettings): void {
  const law = (name: string, body: (t: ExecutionContext, session: Session, connection: Connection) => Promise<void>): void => {
    test(`${title}: ${name}`, async (t) => {
      const connection = await open(settings(), { prelude: PRELUDE })
      t.teardown(() => connection.close())
      await body(t, await connection.session(undefined), connection)
    })
  }

  law('answers with the code and both streams apart, and counts round trips', async (t, session) => {
    const answer = await session.request({ script: 'sr_greet you; echo trouble >&2; (exit 7)' })
    t.deepEqual([answer.rc, String(answer.stdout), String(answer.stderr)], [7, 'hello you', 'trouble\n'])
    t.deepEqual([answer.truncated, answer.timedOut, session.roundTrips], [false, false, 1])
  })

  law('carries every byte, with and without a newline at the end', async (t, session) => {
    const path = scratch('bytes')
    t.teardown(() => rm(path, { force: true }))
    await session.upload({ path, content: ALL_BYTES })
    t.deepEqual((await session.request({ script: `cat ${path}; cat ${path} >&2` })).stdout, ALL_BYTES)
    t.deepEqual((await session.request({ script: `cat ${path} >&2` })).stderr, ALL_BYTES)
    t.is(String((await session.request({ script: 'printf x' })).stdout), 'x')
    t.is((await session.request({ script: ':' })).stdout.length, 0)
  })

  law('carries megabytes, cuts them at the bound, and is in step afterwards', async (t, session) => {
    const script = 'head -c 5000000 /dev/zero'
    const whole = await session.request({ script })
    t.deepEqual([whole.stdout.length, whole.truncated], [5_000_000, false])
    const cut = await session.request({ script, maxOutput: 1000 })
    t.deepEqual([cut.stdout.length, cut.truncated], [1000, true])
    t.is(String((await session.request({ script: 'echo next' })).stdout), 'next\n')
  })

  law('passes output on while the script still runs', async (t, session) => {
    const seen: string[] = []
    let finished = false
    const first = new Promise<boolean>((resolve) => {
      const onOutput = (stream: string, chunk: Buffer): void => {
        seen.push(`${stream} ${String(chunk)}`)
        resolve(finished)
      }
      void session.request({ script: 'echo one; sleep 0.3; echo two >&2', onOutput }).then(() => {
        finished = true
      })
    })
    t.false(await first)
    await session.request({ script: ':' })
    t.deepEqual(seen, ['stdout one\n', 'stderr two\n'])
  })

  law('runs nothing of a script that does not parse, and is in step afterwards', async (t, session) => {
    const path = scratch('unparsed')
    for (const script of ['if true; then', 'echo "open', "echo 'open", 'foo)']) {
      const answer = await session.request({ script: `: >${path}\n${script}` })
      t.deepEqual([answer.rc > 0, answer.stdout.length], [true, 0])
      t.regex(String(answer.stderr), /syntax error|unterminated|unexpected EOF/i, script)
      t.false(existsSync(path))
      t.is(String((await session.request({ script: 'sr_greet again' })).stdout), 'hello again')
    }
  })

  law('is not left by a subshell that fails', async (t, session) => {
    const failing = ['exec cat >/no/such/file', ': ${sr_none?missing}', '. /no/such/file', 'readonly sr_x=1; sr_x=2', 'eval if', 'exit 3']
    const answer = await session.request({ script: `${failing.map((each) => `( ${each} )`).join('\n')}\necho end` })
    t.deepEqual([answer.rc, String(answer.stdout)], [0, 'end\n'])
    t.is(String((await session.request({ script: 'echo next' })).stdout), 'next\n')
  })

  law('keeps quotes, here-documents and large scripts as they are', async (t, session) => {
    const text = `it's "$HOME" \\ %s \`x\` ${'long '.repeat(20_000)}`
    const answer = await session.request({ script: `cat <<'END'\n${text}\nEND\nprintf %s ${quote(text)}` })
    t.is(String(answer.stdout), `${text}\n${text}`)
  })

  law('gives the script an empty stdin', async (t, session) => {
    t.deepEqual((await session.request({ script: 'cat; read -r line || echo empty' })).stdout, Buffer.from('empty\n'))
  })

  law('runs requests in the order they were asked', async (t, session) => {
    const answers = await Promise.all(['sleep 0.1; echo 1', 'echo 2', 'echo 3'].map((script) => session.request({ script })))
    t.deepEqual(
      answers.map((answer) => String(answer.stdout)),
      ['1\n', '2\n', '3\n'],
    )
  })

  law('reports a shell that a script ended, does not send it again, and has a fresh one next', async (t, session) => {
    const path = scratch('once')
    t.teardown(() => rm(path, { force: true }))
    const error = await t.throwsAsync(session.request({ script: `echo ran >>${path}; exit 3` }), { instanceOf: RunnerError })
    t.is(error.code, 'unreachable')
    t.regex(error.message, /ended with code 3/)
    t.regex(error.hint ?? '', /unknown/)
    t.is(readFileSync(path, 'utf8'), 'ran\n')
    t.is(String((await session.request({ script: 'sr_greet again' })).stdout), 'hello again')
  })

  law('kills all that a request started when its time is over', async (t, session) => {
    const pids = scratch('pids')
    const after = scratch('after')
    t.teardown(() => rm(pids, { force: true }))
    const deaf = `sh -c 'trap "" TERM; echo $$ >>${pids}; sleep 1000'`
    const own = `setsid sh -c 'echo $$ >>${pids}; sh -c "echo \\$\\$ >>${pids}; sleep 1000 & sleep 1000"'`
    const script = `echo begun; sh -c 'echo $$ >>${pids}; exec sleep 1000' & ${own} & ${deaf}; echo more >${after}`
    await session.request({ script: ':' }) // the shell's own start is not what is timed
    const answer = await session.request({ script, timeout: 1000 })
    t.deepEqual([answer.timedOut, String(answer.stdout)], [true, 'begun\n'])
    const listed = readFileSync(pids, 'utf8').trim().split('\n')
    t.is(listed.length, 4)
    t.deepEqual(listed.filter(isRunning), [])
    t.false(existsSync(after), 'the script must not go on after the kill')
    t.is(String((await session.request({ script: 'sr_greet again' })).stdout), 'hello again')
  })

  law('kills what an aborted request started, and refuses one that is aborted before it is sent', async (t, session) => {
    const abort = new AbortController()
    const pid = scratch('pid')
    t.teardown(() => rm(pid, { force: true }))
    const running = session.request({ script: `sh -c 'echo $$ >${pid}; exec sleep 1000'`, signal: abort.signal })
    while (!existsSync(pid) || readFileSync(pid, 'utf8').trim() === '') await sleep(20)
    abort.abort()
    t.true((await running).timedOut)
    t.false(isRunning(readFileSync(pid, 'utf8').trim()))
    t.is(await session.request({ script: ':', signal: abort.signal }).then(() => 'sent', nameOf), 'AbortError')
    t.is(session.roundTrips, 1)
  })

  law('keeps a stray process out of later answers that run when it is silent, and starts over when retired', async (t, session) => {
    await session.request({ script: '(sleep 0.2; echo stray; echo stray >&2) & echo $! >/dev/null' })
    await sleep(500)
    const later = await session.request({ script: 'echo clean; echo $$' })
    t.regex(String(later.stdout), /^clean\n\d+\n$/)
    t.is(later.stderr.length, 0)
    const noisy = await session.request({ script: '(while sleep 0.01; do echo stray; done) & echo $!' })
    session.retire()
    const fresh = await session.request({ script: `kill ${String(noisy.stdout).trim()}; sleep 0.1; sr_greet again` })
    t.is(String(fresh.stdout), 'hello again')
  })

  law('kills a running request when it is closed', async (t, session) => {
    const pid = scratch('pid')
    t.teardown(() => rm(pid, { force: true }))
    const running = session.request({ script: `sh -c 'echo $$ >${pid}; exec sleep 1000'` })
    const lost = t.throwsAsync(running, { instanceOf: RunnerError, message: /it was closed/ })
    while (!existsSync(pid) || readFileSync(pid, 'utf8') === '') await sleep(20)
    await session.close()
    await lost
    t.false(isRunning(readFileSync(pid, 'utf8').trim()))
  })
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : ''
}

function isRunning(pid: string): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

test('an empty request costs far less than a millisecond of processor time', async (t) => {
  const connection = await open(sshd.settings())
  t.teardown(() => connection.close())
  const session = await connection.session(undefined)
  for (let turn = 0; turn < 200; turn += 1) await session.request({ script: ':' })
  const before = process.cpuUsage()
  for (let turn = 0; turn < 200; turn += 1) await session.request({ script: ':' })
  const { user, system } = process.cpuUsage(before)
  t.log(`${String((user + system) / 200)} microseconds a request`)
  t.true((user + system) / 200 < 1000)
})
