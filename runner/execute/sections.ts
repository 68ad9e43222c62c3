import { isLockstep } from '../plan/strategies.ts'
import type { Section, Step } from '../plan/types.ts'
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
  const forced = forcesHandlers(play)
  for (const steps of sectionsOf(play)) {
    if (isEnding(play)) return
    const present = active()
    const losses = await runSteps(play, steps, present, { rescuable: false, handler: false })
    const failed = [...losses.failed.keys()]
    if (!forced) leave(failed)
    if (!isEnding(play)) leave([...(await flushHandlers(play, active())).keys()])
    leave(failed)
  }
}

/** Roles and tasks have their handlers together, after the tasks. */
function sectionsOf({ play }: PlayRun): readonly (readonly Step[])[] {
  const of = (...kinds: readonly Section['kind'][]): readonly Step[] =>
    play.sections.flatMap(({ kind, steps }) => (kinds.includes(kind) ? steps : []))
  return [of('pre_tasks'), of('roles', 'tasks'), of('post_tasks')]
}

/** Asked anew each time: `meta` tasks end a play while its steps run. */
function isEnding(play: PlayRun): boolean {
  return play.ending !== 'no'
}

/** With `force_handlers` a failed host still does what it was told to do before; the play's own word counts most. */
function forcesHandlers({ play, run: { options } }: PlayRun): boolean {
  if (play.forceHandlers === undefined) return options.forceHandlers
  return options.engine.render(play.forceHandlers, EMPTY_SCOPE) === true
}

/** Failed hosts are out of the run, but for those whose errors were cleared: later plays take them. */
function leave(failed: readonly HostRun[]): void {
  for (const host of failed) {
    if (!host.excused) host.failed = true
    host.forgetNotifications()
  }
}
