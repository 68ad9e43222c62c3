import { isLockstep } from '../plan/strategies.ts'
import { EMPTY_SCOPE } from '../template/scope.ts'
import type { PlayRun } from './context.ts'
import { gatherFactsFor } from './gather.ts'
import { flushHandlers } from './handlers.ts'
import type { HostRun } from './host-run.ts'
import { runSteps } from './strategy.ts'

/** A batch of hosts through the whole play: all of them together, or each by itself where the strategy lets it. */
export async function runBatch(play: PlayRun): Promise<void> {
  if (isLockstep(play.strategy)) return runSections(play, play.batch)
  const walks = play.batch.map((host) => play.slots.hosts(() => stopping(play, () => runSections(play, [host]))))
  for (const walk of await Promise.allSettled(walks)) if (walk.status === 'rejected') throw walk.reason
}

/** What ends the run for one host must not leave the others running by themselves. */
async function stopping(play: PlayRun, walk: () => Promise<void>): Promise<void> {
  try {
    await walk()
  } catch (error) {
    play.ending = 'failed'
    throw error
  }
}

/** Facts, then the sections of the play, each with its handlers, for hosts that go together. */
async function runSections(play: PlayRun, hosts: readonly HostRun[]): Promise<void> {
  const active = (): HostRun[] => hosts.filter((host) => !host.gone)
  if (isEnding(play)) return
  await gatherFactsFor(play, hosts)
  for (const section of play.play.sections) {
    if (isEnding(play)) return
    const losses = await runSteps(play, section.steps, active(), { rescuable: false, handler: false })
    await leave(play, [...losses.failed.keys()])
    if (isEnding(play)) return
    const flushed = await flushHandlers(play, active())
    await leave(play, [...flushed.keys()])
  }
}

/** Asked anew each time: `meta` tasks end a play while its steps run. */
function isEnding(play: PlayRun): boolean {
  return play.ending !== 'no'
}

/** Failed hosts are out of the run; with `force_handlers` what they were told to do before is still done. */
async function leave(play: PlayRun, failed: readonly HostRun[]): Promise<void> {
  if (failed.length === 0) return
  const { options } = play.run
  const forced =
    play.play.forceHandlers === undefined ? options.forceHandlers : options.engine.render(play.play.forceHandlers, EMPTY_SCOPE) === true
  if (forced) await flushHandlers(play, failed)
  for (const host of failed) {
    host.failed = true
    host.notified.clear()
  }
}
