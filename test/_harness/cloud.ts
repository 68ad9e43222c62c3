import { execFile, spawn } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
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
  /** Begins `run ARGV` in a process group of its own; `onLine` gets the lines of its standard output as they come. */
  start(argv: readonly string[], onLine: (line: string) => void): Running
}

export interface Running {
  readonly finished: Promise<Finished>
  /** SIGKILL to the whole group: nothing of it ends in an orderly way. */
  kill(): void
}

/** What `test.serial` is here: tests that are skipped, and say so, where a lab cannot be. */
export interface CloudTests {
  readonly serial: typeof test.serial | typeof test.serial.skip
  readonly lab: () => CloudLab
}

/**
 * Makes ready the lab of one test file before its tests and takes it away after them.
 * With STACKRUN_LAB_KEEP=1 it stays, to be looked at; with STACKRUN_CLOUD set to the folder of one that stayed, that one is used,
 * its hosts as they are, and stays.
 * @param network the first three numbers of its addresses; no two test files that may run at once share one
 * @param whyNot tells what is missing for the tests here, where more than a lab is needed
 */
export async function cloudTests(what: string, network: string, whyNot = whyNoLab): Promise<CloudTests> {
  const problem = await whyNot()
  if (problem !== undefined) {
    process.stderr.write(`\n*** ${what.toUpperCase()}: ITS TESTS ARE SKIPPED: ${problem} ***\n\n`)
    return { serial: test.serial.skip, lab: () => unreachable(problem) }
  }
  const kept = process.env['STACKRUN_CLOUD']
  const lab = kept === undefined ? await makeLab(network) : openLab(kept, network)
  test.after.always(async () => {
    if (process.env['STACKRUN_LAB_KEEP'] === '1' || kept !== undefined) {
      process.stderr.write(`\nthe lab of ${what} is left in ${lab.folder}\n`)
      return
    }
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
  const keep = (path: string): boolean => !path.endsWith('secrets.yml')
  await cp(join(ROOT, 'inventory'), join(folder, 'inventory'), { recursive: true, filter: keep })
  return openLab(folder, network)
}

function openLab(folder: string, network: string): CloudLab {
  const inventory = join(folder, 'inventory')
  const env = { ...process.env, CI: '1', NO_COLOR: '1', STACKRUN_LAB: join(folder, 'lab'), STACKRUN_LAB_NETWORK: network }
  return { folder, inventory, run: (argv, options) => run(argv, env, options?.signal), start: (argv, onLine) => start(argv, env, onLine) }
}

const PROGRAM = ['--import', './test/_loader.mjs', 'runner/cli/bin.ts'] as const

function run(argv: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal | undefined): Promise<Finished> {
  const program = [...PROGRAM, ...argv]
  const options = { cwd: ROOT, env, maxBuffer: 2 ** 28, killSignal: 'SIGKILL' as const, ...(signal === undefined ? {} : { signal }) }
  return new Promise((resolve) => {
    execFile(process.execPath, program, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? 'killed'), stdout, output: stdout + stderr })
    })
  })
}

function start(argv: readonly string[], env: NodeJS.ProcessEnv, onLine: (line: string) => void): Running {
  const child = spawn(process.execPath, [...PROGRAM, ...argv], { cwd: ROOT, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  createInterface({ input: child.stdout }).on('line', (line) => {
    stdout += `${line}\n`
    onLine(line)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (code) => {
      resolve({ code: code ?? 'killed', stdout, output: stdout + stderr })
    })
  })
  return {
    finished,
    kill() {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL')
    },
  }
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
