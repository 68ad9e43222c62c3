import type { HandlerStep } from '../plan/types.ts'
import type { PlayRun } from './context.ts'
import type { HostRun } from './host-run.ts'
import { runSteps } from './strategy.ts'
import type { TaskOutcome } from './task.ts'

/**
 * Runs what was notified, in the order of definition and once each. A handler may notify a later one, which runs in the
 * same flush; one that was run already in this flush waits for no second time.
 */
export async function flushHandlers(play: PlayRun, hosts: readonly HostRun[]): Promise<ReadonlyMap<HostRun, TaskOutcome>> {
  const failed = new Map<HostRun, TaskOutcome>()
  const done = new Set<HandlerStep>()
  for (;;) {
    const next = play.handlers.find((handler) => !done.has(handler) && hosts.some((host) => host.notified.has(handler)))
    if (next === undefined) break
    done.add(next)
    const notified = hosts.filter((host) => host.notified.delete(next) && !failed.has(host))
    const losses = await runSteps(play, [next.step], notified, { rescuable: false, handler: true })
    for (const [host, outcome] of losses.failed) failed.set(host, outcome)
  }
  for (const host of hosts) host.notified.clear()
  return failed
}
