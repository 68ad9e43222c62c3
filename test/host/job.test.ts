import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { z } from 'zod'
import { type DetachedJob, readJob, readJobSteps, removeJob, startJob, writeJobResult } from '../../runner/host/job.ts'
import { SHELLS, type ShellName, withLocalMachine } from '../_harness/local.ts'

const Result = z.looseObject({ stdout: z.string().optional(), stderr: z.string().optional(), rc: z.number().optional() })

function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'stackrun-job-'))
  t.teardown(() => {
    rmSync(path, { recursive: true, force: true })
  })
  return join(path, 'jobs')
}

function job(at: string, scripts: readonly string[], more: Partial<DetachedJob> = {}): DetachedJob {
  return { folder: at, id: 'j1.1', limit: 30, known: '', steps: scripts.map((script) => ({ script, ok: '0' })), ...more }
}

/** Starts it on a connection that is closed at once, and gives what it leaves. */
async function outcome(shell: ShellName, each: DetachedJob): Promise<z.infer<typeof Result>> {
  const file = await withLocalMachine(shell, async ({ session }) => {
    const answer = await session.request({ script: startJob(each) })
    return answer.stdout.toString()
  })
  for (let tries = 0; tries < 600; tries++) {
    const data = Result.parse(JSON.parse(readFileSync(file, 'utf8')))
    if (!('started' in data)) return data
    await sleep(50)
  }
  throw new Error('the job has not ended')
}

for (const shell of SHELLS) {
  test(`${shell}: a job goes on after its connection is closed, and leaves the result that Ansible's modules leave`, async (t) => {
    const at = folder(t)
    const data = await outcome(shell, job(at, ['sleep 0.5; echo out; echo err >&2'], { known: '"cmd": "echo", ' }))
    t.like(data, { cmd: 'echo', changed: true, rc: 0, stdout: 'out', stderr: 'err', msg: '' })
    t.regex(String(data['start']), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/)
    t.regex(String(data['delta']), /^0:00:\d\d\.\d{6}$/)
    t.is(statSync(at).mode & 0o777, 0o700)
    t.is(statSync(join(at, 'j1.1')).mode & 0o077, 0)
  })

  test(`${shell}: any text comes out of the result as it was written`, async (t) => {
    const text = `quote " back \\ tab \t bell \u0007 escape \u001b[1m ümläut 日本\nsecond\n\nfourth \\n \\u0041 %s`
    const script = `printf '%s\\n\\n\\n' '${text}'`
    const data = await outcome(shell, job(folder(t), [script]))
    t.is(data.stdout, text)
  })

  test(`${shell}: steps run in order up to the first that fails`, async (t) => {
    const at = folder(t)
    const data = await outcome(shell, job(at, ['echo one', 'echo two; exit 3', 'echo three']))
    t.like(data, { failed: true, rc: 3, stdout: 'two', msg: 'non-zero return code' })
    const left = await withLocalMachine(shell, async ({ session }) => session.request({ script: readJobSteps(at, 'j1.1') }))
    t.regex(left.stdout.toString(), /^0\|[^|]+\|[^|]+\|4\|0\none\n3\|[^|]+\|[^|]+\|4\|0\ntwo\n$/)
  })

  test(`${shell}: at its limit everything that the job started is killed`, async (t) => {
    const word = `77.${String(process.pid)}${String(SHELLS.indexOf(shell))}`
    const data = await outcome(shell, job(folder(t), [`echo begun; setsid sleep ${word} & sleep ${word}`], { limit: 1 }))
    t.like(data, { failed: true, msg: 'Timeout exceeded', stdout: 'begun' })
    t.is(data.rc, undefined)
    t.false(execFileSync('ps', ['-eo', 'args']).toString().includes(`sleep ${word}`))
  })
}

test('a job that ends leaves no process behind, not even the clock of its limit', async (t) => {
  const limit = 70000 + (process.pid % 10000)
  await outcome('dash', job(folder(t), ['true'], { limit }))
  for (
    let tries = 0;
    tries < 100 &&
    execFileSync('ps', ['-eo', 'args'])
      .toString()
      .includes(`sleep ${String(limit)}`);
    tries++
  )
    await sleep(50)
  t.false(
    execFileSync('ps', ['-eo', 'args'])
      .toString()
      .includes(`sleep ${String(limit)}`),
  )
})

test('nothing of a job is in a command line', async (t) => {
  const at = folder(t)
  await withLocalMachine('dash', async ({ session }) => {
    await session.request({ script: startJob(job(at, ['sleep 1.5; : s3cret-of-the-job'])) })
    await sleep(300)
    t.false(execFileSync('ps', ['-eo', 'args']).toString().includes('s3cret-of-the-job'))
    t.false(execFileSync('grep', ['-rl', '', at]).toString().includes('script'))
  })
})

test('a result can be read, written from here, and removed with all that belongs to it', async (t) => {
  const at = folder(t)
  await withLocalMachine('dash', async ({ session }) => {
    const missing = await session.request({ script: readJob(at, 'j1.1') })
    t.deepEqual([missing.rc, missing.stdout.toString()], [3, `${at}/j1.1\n`])
    await session.request({ script: writeJobResult(at, 'j1.1', '{"changed": "%s\\n"}') })
    const read = await session.request({ script: readJob(at, 'j1.1') })
    t.is(read.stdout.toString(), `${at}/j1.1\n{"changed": "%s\\n"}`)
    t.is((await session.request({ script: removeJob(at, 'j1.1') })).rc, 0)
    t.false(existsSync(join(at, 'j1.1')))
    t.is((await session.request({ script: removeJob(at, 'j1.1') })).rc, 3)
  })
})
