import { located, type RunnerError } from '../base/error.ts'
import type { HostTally } from '../base/event.ts'
import type { Plan } from '../plan/types.ts'
import { RunContext } from './context.ts'
import type { HostRun } from './host-run.ts'
import type { RunOptions, RunOutcome } from './options.ts'
import { runPlay } from './play.ts'

export type { CliDefaults, RunOptions, RunOutcome } from './options.ts'

/**
 * Runs a plan on its hosts and tells everything as events. An error that ends the whole run (an unknown handler, a
 * vars file that is missing, an interruption) is the outcome's `fatal` and an `error` event; failed hosts are tallies.
 */
export async function runPlan(plan: Plan, options: RunOptions): Promise<RunOutcome> {
  const started = performance.now()
  const run = new RunContext(options, Date.now())
  run.emit({
    type: 'run-start',
    at: Date.now(),
    playbooks: [...new Set(plan.plays.map((play) => play.playbookFile))],
    plays: playsOf(plan),
    checkMode: options.checkMode,
    ...(options.basis === undefined ? {} : { basis: options.basis }),
  })
  const fatal = await runPlays(run, plan)
  if (fatal !== undefined) run.emit({ type: 'error', at: Date.now(), error: fatal })
  const tallies = talliesOf(run)
  run.emit({ type: 'run-end', at: Date.now(), hosts: tallies, seconds: (performance.now() - started) / 1000 })
  return { tallies, lost: lostHosts(run), ...(fatal === undefined ? {} : { fatal }) }
}

function playsOf(plan: Plan): Readonly<Record<string, number>> {
  const counts = new Map<string, number>()
  for (const { startedFrom } of plan.plays) counts.set(startedFrom, (counts.get(startedFrom) ?? 0) + 1)
  return Object.fromEntries(counts)
}

async function runPlays(run: RunContext, plan: Plan): Promise<RunnerError | undefined> {
  try {
    for (const [at, play] of plan.plays.entries()) {
      if (at > 0 && play.startedFrom !== plan.plays[at - 1]?.startedFrom && hasLosses(run)) break
      if ((await runPlay(run, play)) === 'stop') break
    }
    return undefined
  } catch (error) {
    return located(error, undefined)
  } finally {
    await run.options.pool.closeAll()
  }
}

/** Where a host was lost, no further playbook of the command line begins. */
function hasLosses(run: RunContext): boolean {
  return [...run.hosts].some((host) => host.gone)
}

function lostHosts(run: RunContext): RunOutcome['lost'] {
  const names = (holds: (host: HostRun) => boolean): string[] => [...run.hosts].filter(holds).map((host) => host.name)
  return { failed: names((host) => host.failed), unreachable: names((host) => host.unreachable) }
}

/** Hosts that had anything to do: a delegate has nothing of its own to count. */
function talliesOf(run: RunContext): Readonly<Record<string, HostTally>> {
  const met = [...run.hosts].filter((host) => Object.values(host.tally).some((count) => count > 0))
  return Object.fromEntries(met.sort((a, b) => (a.name < b.name ? -1 : 1)).map((host) => [host.name, host.tally]))
}
