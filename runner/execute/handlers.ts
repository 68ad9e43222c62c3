import type { PlayRun } from './context.ts'
import type { HostRun } from './host-run.ts'
import { resolveNotifications } from './notify.ts'
import { removeAllNotes } from './pending.ts'
import { runSteps } from './strategy.ts'
import type { TaskOutcome } from './task.ts'

/**
 * Runs what was notified, in the order of definition and once each. A handler may notify a later one, which runs in the
 * same flush; one whose turn is over waits for the next flush.
 */
export async function flushHandlers(play: PlayRun, hosts: readonly HostRun[]): Promise<ReadonlyMap<HostRun, TaskOutcome>> {
  const failed = new Map<HostRun, TaskOutcome>()
  for (const host of hosts) resolveNotifications(play, host)
  for (const handler of [...play.handlers]) {
    const notified = hosts.filter((host) => !failed.has(host) && host.notified.delete(handler))
    if (notified.length === 0) continue
    const losses = await runSteps(play, [handler.step], notified, { rescuable: false, handler: true })
    for (const [host, outcome] of losses.failed) failed.set(host, outcome)
  }
  await Promise.all(hosts.filter((host) => !failed.has(host)).map((host) => removeAllNotes(play, host)))
  return failed
}
