import { RunnerError } from '../base/error.ts'
import { Template, toPlain, type Value } from '../base/value.ts'
import type { HandlerStep, TaskStep } from '../plan/types.ts'
import type { PlayRun } from './context.ts'
import type { HostRun } from './host-run.ts'
import { stepScope } from './scope.ts'

/** @throws RunnerError where a notified handler does not exist: the run ends, as ansible's does. */
export function notify(play: PlayRun, step: TaskStep, host: HostRun): void {
  if (step.keywords.notify.length === 0) return
  const scope = stepScope(play, host, step)
  for (const node of step.keywords.notify) {
    const rendered = play.run.options.engine.render(node.value, scope)
    for (const name of Array.isArray(rendered) ? rendered : [rendered]) {
      const handlers = findHandlers(play, String(name), step)
      if (handlers.length === 0) {
        throw new RunnerError(
          'not-found',
          `The requested handler '${String(name)}' was not found in either the main handlers list nor in the listening handlers list`,
          { source: node.source },
        )
      }
      for (const handler of handlers) host.notified.add(handler)
    }
  }
}

/** By `listen` topic all, by name the one that was loaded last. */
function findHandlers(play: PlayRun, name: string, step: TaskStep): readonly HandlerStep[] {
  const listening = play.handlers.filter((handler) => handler.listen.some((topic) => topic === name))
  const named = play.handlers.filter((handler) => handlerNames(play, handler, step).includes(name))
  const last = named.at(-1)
  return last === undefined ? listening : [last, ...listening.filter((handler) => handler !== last)]
}

function handlerNames(play: PlayRun, handler: HandlerStep, step: TaskStep): readonly string[] {
  if (handler.name === undefined) return []
  const [host] = play.batch
  let plain: Value = handler.name
  if (plain instanceof Template && host !== undefined) {
    try {
      plain = play.run.options.engine.render(plain, stepScope(play, host, handler.step))
    } catch {
      return []
    }
  }
  const name = String(toPlain(plain))
  const { role } = handler
  if (role === undefined) return [name]
  return step.role?.name === role.name ? [name, `${role.name} : ${name}`] : [`${role.name} : ${name}`, name]
}
