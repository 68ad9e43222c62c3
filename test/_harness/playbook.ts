import type { RunEvent } from '../../runner/base/event.ts'
import type { TaskStatus } from '../../runner/base/result.ts'
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
  /** One for each task that ran on a host, in order. */
  readonly requests: readonly TaskRequests[]
}

/** What a task cost on the wire: exact where the play is one host's. */
export interface TaskRequests {
  readonly name: string
  readonly action: string
  readonly status: TaskStatus
  /** Items of its loop; 1 where there is none. */
  readonly items: number
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
  const counter = requestCounter(() => pool.roundTrips())
  const job = jobOf(playbook, options, (event) => {
    events.push(event)
    counter.handle(event)
  })
  const { choices, secrets, emit, io } = job
  const { signal, env } = io
  const pool = new ConnectionPool({ prelude: PRELUDE, signal, warn: () => undefined })
  const loaded = await readPlaybooks(job)
  const cliDefaults = choices.connection
  const outcome = await runPlan(loaded.plan, { ...choices, ...loaded, ...loaded.project, secrets, emit, pool, cliDefaults, signal, env })
  return { outcome, events, requests: counter.requests }
}

/** Reads the count of requests at the start and the end of each task. */
function requestCounter(sent: () => number): { readonly requests: readonly TaskRequests[]; handle(event: RunEvent): void } {
  const requests: TaskRequests[] = []
  let before = 0
  let items = 0
  return {
    requests,
    handle(event) {
      if (event.type === 'host-task-start') [before, items] = [sent(), 0]
      if (event.type === 'item-result') items += 1
      if (event.type !== 'host-task-result') return
      const { task, looped, result } = event
      requests.push({ name: task.name, action: task.action, status: result.status, items: looped ? items : 1, count: sent() - before })
    },
  }
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
