import type { RunEvent } from '../../runner/base/event.ts'
import { SecretRegistry } from '../../runner/base/secret-registry.ts'
import { parseArguments } from '../../runner/cli/arguments.ts'
import type { Job, Loaded } from '../../runner/cli/job.ts'
import { playbookChoices } from '../../runner/cli/playbook-choices.ts'
import { PLAYBOOK_OPTIONS } from '../../runner/cli/playbook-options.ts'
import { readPlaybooks } from '../../runner/cli/read-playbooks.ts'
import { type RunOutcome, runPlan } from '../../runner/execute/run.ts'
import { ConnectionPool } from '../../runner/host/pool.ts'
import { PRELUDE } from '../../runner/host/prelude.ts'
import { testIo } from '../cli/_io.ts'

export interface PlaybookRun {
  readonly outcome: RunOutcome
  readonly events: readonly RunEvent[]
  /** Requests that went to hosts, by the place of the task in the run: exact where one host runs. */
  readonly requests: readonly TaskRequests[]
}

export interface TaskRequests {
  readonly name: string
  readonly action: string
  readonly count: number
}

export interface PlaybookOptions {
  /** Flags as on the command line: `-i`, `-e`, `--check`. */
  readonly argv: readonly string[]
  readonly cwd?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** Reads and checks playbooks as `run` does, and touches no host. */
export async function loadPlaybook(playbook: string, options: PlaybookOptions): Promise<Loaded> {
  return readPlaybooks(jobOf(playbook, options, () => undefined))
}

/** Runs a playbook in this process as `run` does, up to its events. */
export async function runPlaybook(playbook: string, options: PlaybookOptions): Promise<PlaybookRun> {
  const events: RunEvent[] = []
  const requests: TaskRequests[] = []
  let before = 0
  const job = jobOf(playbook, options, (event) => {
    events.push(event)
    if (event.type === 'host-task-start') before = pool.roundTrips()
    if (event.type === 'host-task-result')
      requests.push({ name: event.task.name, action: event.task.action, count: pool.roundTrips() - before })
  })
  const { choices, secrets, emit, io } = job
  const { signal, env } = io
  const pool = new ConnectionPool({ prelude: PRELUDE, signal, warn: () => undefined })
  const loaded = await readPlaybooks(job)
  const cliDefaults = { ...choices.connection, connection: choices.connection.kind }
  const outcome = await runPlan(loaded.plan, { ...choices, ...loaded, ...loaded.project, secrets, emit, pool, cliDefaults, signal, env })
  return { outcome, events, requests }
}

function jobOf(playbook: string, options: PlaybookOptions, emit: Job['emit']): Job {
  const { cwd, signal } = options
  const io = testIo({
    ...(cwd === undefined ? {} : { cwd }),
    ...(signal === undefined ? {} : { signal }),
    env: { HOME: process.env['HOME'] },
  })
  const choices = playbookChoices(parseArguments(PLAYBOOK_OPTIONS, [playbook, ...options.argv]), io)
  return { choices, playbooks: [playbook], secrets: new SecretRegistry(), io, emit }
}
