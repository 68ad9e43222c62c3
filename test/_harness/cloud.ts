import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { requireMachine } from '../../lab/requirements.ts'
import { messageOf } from '../../runner/base/error.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Finished {
  readonly code: number | string
  readonly stdout: string
  /** Both streams. */
  readonly output: string
}

/** A lab of a test's own, with the project's inventory in a folder that the test may change. */
export interface CloudLab {
  readonly folder: string
  readonly inventory: string
  /** `run ARGV` with this lab. `signal` kills it as SIGKILL does. */
  run(argv: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<Finished>
}

/** What `test.serial` is here: tests that are skipped, and say so, where a lab cannot be. */
export interface CloudTests {
  readonly serial: typeof test.serial | typeof test.serial.skip
  readonly lab: () => CloudLab
}

/**
 * Makes ready the lab of one test file before its tests and takes it away after them.
 * @param network the first three numbers of its addresses; no two test files that may run at once share one
 * @param whyNot tells what is missing for the tests here, where more than a lab is needed
 */
export async function cloudTests(what: string, network: string, whyNot = whyNoLab): Promise<CloudTests> {
  const problem = await whyNot()
  if (problem !== undefined) {
    process.stderr.write(`\n*** ${what.toUpperCase()}: ITS TESTS ARE SKIPPED: ${problem} ***\n\n`)
    return { serial: test.serial.skip, lab: () => unreachable(problem) }
  }
  const lab = await makeLab(network)
  test.after.always(async () => {
    await lab.run(['lab', 'down', '--all', '-i', lab.inventory])
    await rm(lab.folder, { recursive: true, force: true })
  })
  return { serial: test.serial, lab: () => lab }
}

async function whyNoLab(): Promise<string | undefined> {
  return requireMachine().then(() => undefined, messageOf)
}

function unreachable(problem: string): never {
  throw new Error(`no lab here: ${problem}`)
}

async function makeLab(network: string): Promise<CloudLab> {
  const folder = await mkdtemp('/var/tmp/stackrun-site-test-')
  const inventory = join(folder, 'inventory')
  const keep = (path: string): boolean => !path.endsWith('secrets.yml')
  await cp(join(ROOT, 'inventory'), inventory, { recursive: true, filter: keep })
  const env = { ...process.env, CI: '1', NO_COLOR: '1', STACKRUN_LAB: join(folder, 'lab'), STACKRUN_LAB_NETWORK: network }
  return { folder, inventory, run: (argv, options) => run(argv, env, options?.signal) }
}

function run(argv: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal | undefined): Promise<Finished> {
  const program = ['--import', './test/_loader.mjs', 'runner/cli/bin.ts', ...argv]
  const options = { cwd: ROOT, env, maxBuffer: 2 ** 28, killSignal: 'SIGKILL' as const, ...(signal === undefined ? {} : { signal }) }
  return new Promise((resolve) => {
    execFile(process.execPath, program, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? 'killed'), stdout, output: stdout + stderr })
    })
  })
}

export interface Recap {
  readonly changed: number
  readonly failed: number
}

/** A host's line of the recap; NaN where it is missing. */
export function recap(output: string, host: string): Recap {
  const line = output.split('\n').find((each) => each.trim().startsWith(`${host} `) && each.includes('unreachable='))
  const count = (name: string): number => Number(new RegExp(`\\b${name}=(\\d+)`).exec(line ?? '')?.[1])
  return { changed: count('changed'), failed: count('failed') }
}
