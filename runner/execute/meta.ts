import { RunnerError } from '../base/error.ts'
import { toPlain, Unknown } from '../base/value.ts'
import type { TaskStep } from '../plan/types.ts'
import { resolveTarget } from './connection-vars.ts'
import type { PlayRun } from './context.ts'
import { flushHandlers } from './handlers.ts'
import type { HostRun } from './host-run.ts'
import { stepScope } from './scope.ts'
import type { Losses } from './strategy.ts'

const NO_LOSSES: Losses = { failed: new Map() }

/** `meta:` tasks steer the play itself. `when` decides host by host; those that speak of the whole play ask the first. */
export async function runMeta(play: PlayRun, step: TaskStep, hosts: readonly HostRun[]): Promise<Losses> {
  const wanted = hosts.filter((host) => holds(play, step, host))
  if (wanted.length === 0) return NO_LOSSES
  const word = String(toPlain(step.args.get('free_form')?.value ?? ''))
  switch (word) {
    case 'noop':
    case 'role_complete':
      return NO_LOSSES
    case 'flush_handlers':
      return { failed: await flushHandlers(play, wanted) }
    case 'end_play':
      play.ending = 'play'
      return NO_LOSSES
    case 'end_batch':
      play.ending = 'batch'
      return NO_LOSSES
    case 'end_host':
    case 'end_role':
      for (const host of wanted) host.ended = true
      return NO_LOSSES
    case 'clear_facts':
      for (const host of wanted) host.clearFacts()
      return NO_LOSSES
    case 'clear_host_errors':
      for (const host of play.allHosts) host.clearErrors()
      return NO_LOSSES
    case 'reset_connection':
      for (const host of wanted)
        await play.run.options.pool.drop(resolveTarget(host.name, stepScope(play, host, step), step.keywords, play.run.options).settings)
      return NO_LOSSES
    case 'refresh_inventory':
      play.run.emit({
        type: 'warning',
        at: Date.now(),
        message: 'meta: refresh_inventory reads no inventory again: files are read once a run',
        source: step.source,
      })
      return NO_LOSSES
    default:
      throw new RunnerError('syntax', `invalid meta action requested: ${word}`, { source: step.source })
  }
}

function holds(play: PlayRun, step: TaskStep, host: HostRun): boolean {
  const { engine } = play.run.options
  const scope = stepScope(play, host, step)
  return step.keywords.when.every((node) => {
    const answer = engine.condition(node.value, scope, node.source)
    return answer instanceof Unknown ? false : answer
  })
}
