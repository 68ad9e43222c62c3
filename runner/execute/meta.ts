import { RunnerError } from '../base/error.ts'
import { Unknown } from '../base/value.ts'
import { metaWord } from '../plan/meta.ts'
import type { TaskStep } from '../plan/types.ts'
import { resolveTarget } from './connection-vars.ts'
import type { PlayRun } from './context.ts'
import { flushHandlers } from './handlers.ts'
import type { HostRun } from './host-run.ts'
import { skippedMeta, whatMetaDoes } from './meta-words.ts'
import { refreshInventory } from './refresh.ts'
import { stepScope } from './scope.ts'
import type { Losses, Place } from './strategy.ts'
import { taskRef } from './task.ts'

const NO_LOSSES: Losses = { failed: new Map() }

/** Those that speak of the whole play: the first host's `when` decides for all. */
const WHOLE_PLAY = new Set(['clear_facts', 'clear_host_errors', 'end_batch', 'end_play', 'refresh_inventory'])

/** `meta:` tasks steer the play itself. `when` decides host by host, or the first host decides. */
export async function runMeta(play: PlayRun, step: TaskStep, hosts: readonly HostRun[], place: Place): Promise<Losses> {
  const word = metaWord(step)
  const asked = WHOLE_PLAY.has(word) ? hosts.slice(0, 1) : hosts
  const wanted = asked.filter((host) => isMeant(play, step, host, place))
  if (wanted.length === 0) return NO_LOSSES
  switch (word) {
    case 'noop':
    case 'role_complete':
      return NO_LOSSES
    case 'flush_handlers':
      if (place.handler) throw new RunnerError('syntax', 'flush_handlers cannot be used as a handler', { source: step.source })
      return { failed: await flushHandlers(play, wanted) }
    case 'end_play':
      play.ending = 'play'
      return NO_LOSSES
    case 'end_batch':
      play.ending = 'batch'
      return NO_LOSSES
    case 'end_host':
      for (const host of wanted) host.ended = true
      return NO_LOSSES
    case 'end_role':
      for (const host of wanted) host.endedRole = step.role
      return NO_LOSSES
    case 'clear_facts':
      for (const host of play.allHosts) host.clearFacts()
      return NO_LOSSES
    case 'clear_host_errors':
      for (const host of play.allHosts) host.clearErrors()
      return NO_LOSSES
    case 'reset_connection':
      await Promise.all(wanted.map((host) => dropConnection(play, step, host)))
      return NO_LOSSES
    case 'refresh_inventory':
      await refreshInventory(play)
      return NO_LOSSES
    default:
      throw new RunnerError('syntax', `invalid meta action requested: ${word}`, { source: step.source })
  }
}

async function dropConnection(play: PlayRun, step: TaskStep, host: HostRun): Promise<void> {
  const { options } = play.run
  await options.pool.drop(resolveTarget(host.name, stepScope(play, host, step), step.keywords, options).settings)
}

function isMeant(play: PlayRun, step: TaskStep, host: HostRun, { handler }: Place): boolean {
  const held = holds(play, step, host)
  const at = { task: taskRef(play, step, host, handler), host: host.name, at: Date.now() }
  const word = metaWord(step)
  play.run.emit({
    type: 'meta',
    ...at,
    ...(held ? { message: whatMetaDoes(word, host.name, step.role) } : skippedMeta(word, host.name, step.role)),
  })
  return held
}

function holds(play: PlayRun, step: TaskStep, host: HostRun): boolean {
  const { engine } = play.run.options
  const scope = stepScope(play, host, step)
  return step.keywords.when.every((node) => {
    const answer = engine.condition(node.value, scope, node.source)
    return answer instanceof Unknown ? false : answer
  })
}
