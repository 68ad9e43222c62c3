import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { requireMachine } from '../../lab/requirements.ts'
import { messageOf } from '../../runner/base/error.ts'
import { comparePrediction } from './_prediction.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const problem = await requireMachine().then(() => undefined, messageOf)
if (problem !== undefined) process.stderr.write(`\n*** THE DEPLOYMENT'S TESTS ARE SKIPPED: ${problem} ***\n\n`)
const serial = problem === undefined ? test.serial : test.serial.skip

const folder = problem === undefined ? await mkdtemp('/var/tmp/stackrun-site-test-') : '/nonexistent'
const inventory = join(folder, 'inventory')

test.before(async () => {
  if (problem !== undefined) return
  const keep = (path: string): boolean => !path.endsWith('secrets.yml')
  await cp(join(ROOT, 'inventory'), inventory, { recursive: true, filter: keep })
})

test.after.always(async () => {
  if (problem !== undefined) return
  await run('lab', 'down', '--all', '-i', inventory)
  await rm(folder, { recursive: true, force: true })
})

let foretold = ''

serial('a check of an empty lab walks the whole deployment', async (t) => {
  const { code, stdout, output } = await run('playbooks/site.yml', '-i', inventory, '--check', '--output', 'json')
  t.is(code, 0, output)
  foretold = stdout
})

serial('the deployment ends well, verifies itself, and does what the check foretold', async (t) => {
  const { code, stdout, output } = await run('playbooks/site.yml', '-i', inventory, '--output', 'json')
  t.is(code, 0, output)
  t.regex(output, /"name":"keystone : See joe refused to list the users"/)
  const compared = comparePrediction(foretold, stdout)
  t.log(
    `${String(compared.hostTasks)} host-tasks: ${String(compared.predicted)} foretold changed, ${String(compared.changed)} changed, ` +
      `${String(compared.wrong.length)} foretold wrongly, ${String(compared.unknown.length)} unknown`,
  )
  for (const row of compared.unknown) t.log(`unknown: ${row}`)
  t.true(compared.changed > 0)
  t.deepEqual(compared.wrong, [])
})

serial('a second deployment changes nothing', async (t) => {
  const { code, output } = await run('playbooks/site.yml', '-i', inventory)
  t.is(code, 0, output)
  t.is(recap(output, 'controller').changed, 0, output)
  t.is(recap(output, 'compute').changed, 0, output)
})

serial('verification alone works too', async (t) => {
  const { code, output } = await run('playbooks/verify.yml', '-i', inventory)
  t.is(code, 0, output)
})

function recap(output: string, host: string): { readonly changed: number; readonly failed: number } {
  const line = output.split('\n').find((each) => each.trim().startsWith(`${host} `) && each.includes('unreachable='))
  const count = (name: string): number => Number(new RegExp(`\\b${name}=(\\d+)`).exec(line ?? '')?.[1])
  return { changed: count('changed'), failed: count('failed') }
}

interface Finished {
  readonly code: number | string
  readonly stdout: string
  /** Both streams. */
  readonly output: string
}

function run(...argv: readonly string[]): Promise<Finished> {
  const program = ['--import', './test/_loader.mjs', 'runner/cli/bin.ts', ...argv]
  const env = { ...process.env, CI: '1', NO_COLOR: '1', STACKRUN_LAB: join(folder, 'lab'), STACKRUN_LAB_NETWORK: '10.79.3' }
  return new Promise((resolve) => {
    execFile(process.execPath, program, { cwd: ROOT, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? 'killed'), stdout, output: stdout + stderr })
    })
  })
}
