import { RunnerError } from '../base/error.ts'
import type { Source } from '../base/source.ts'
import { isList, Template, toPlain } from '../base/value.ts'
import type { HandlerStep, TaskStep } from '../plan/types.ts'
import type { PlayRun } from './context.ts'
import type { HostRun } from './host-run.ts'
import { stepScope } from './scope.ts'

/**
 * Remembers what a changed task notifies until handlers are flushed; which handler a name means is decided then. A handler
 * that notifies another has it run in the same flush, if its turn is still to come.
 * @throws RunnerError where a notified handler does not exist: the run ends, as ansible's does.
 */
export function notify(play: PlayRun, step: TaskStep, host: HostRun, from: 'task' | 'handler'): void {
  for (const { name, source } of notifiedNames(play, step, host)) {
    const handlers = findHandlers(play, name)
    if (handlers.length === 0) throw missing(name, source)
    if (from === 'task') host.notifications.add(name)
    else
      for (const handler of handlers) {
        host.notified.add(handler)
        tellNotified(play, host, handler)
      }
  }
}

/** The names that a task's `notify` gives, and where they are written. */
export function notifiedNames(play: PlayRun, step: TaskStep, host: HostRun): readonly { readonly name: string; readonly source: Source }[] {
  const { notify: nodes } = step.keywords
  if (nodes.length === 0) return []
  const scope = stepScope(play, host, step)
  return nodes.flatMap(({ value, source }) => {
    const rendered = play.run.options.engine.render(value, scope)
    return (isList(rendered) ? rendered : [rendered]).map((each) => ({ name: String(toPlain(each)), source }))
  })
}

function missing(name: string, source: TaskStep['source']): RunnerError {
  return new RunnerError(
    'not-found',
    `The requested handler '${name}' was not found in either the main handlers list nor in the listening handlers list`,
    { source },
  )
}

/** Finds the handlers that a host's notifications mean now. */
export function resolveNotifications(play: PlayRun, host: HostRun): void {
  for (const name of host.notifications)
    for (const handler of findHandlers(play, name)) {
      if (host.notified.has(handler)) continue
      host.notified.add(handler)
      tellNotified(play, host, handler)
    }
  host.notifications.clear()
}

function tellNotified(play: PlayRun, host: HostRun, handler: HandlerStep): void {
  const name = renderedName(play, handler) ?? handler.step.actionKey.name
  const { role } = handler
  play.run.emit({ type: 'notified', at: Date.now(), handler: role === undefined ? name : `${role.name} : ${name}`, host: host.name })
}

/** Of the handlers with a name the first of the list that was loaded last; of those that listen all, each name once. */
function findHandlers(play: PlayRun, name: string): readonly HandlerStep[] {
  const order = lastListFirst(play.handlers)
  const named = order.find((handler) => handlerNames(play, handler).includes(name))
  const seen = new Set<string>()
  const listening = order.filter((handler) => {
    if (!handler.listen.some((topic) => topic === name)) return false
    const [own] = handlerNames(play, handler)
    if (own === undefined) return true
    if (seen.has(own)) return false
    seen.add(own)
    return true
  })
  return named === undefined ? listening : [named, ...listening]
}

function lastListFirst(handlers: readonly HandlerStep[]): readonly HandlerStep[] {
  const lists = new Map<number, HandlerStep[]>()
  for (const handler of handlers) {
    const list = lists.get(handler.list)
    if (list === undefined) lists.set(handler.list, [handler])
    else list.push(handler)
  }
  return [...lists.values()].reverse().flat()
}

function handlerNames(play: PlayRun, handler: HandlerStep): readonly string[] {
  const name = handler.name === undefined ? undefined : renderedName(play, handler)
  if (name === undefined) return []
  const { role } = handler
  return role === undefined ? [name] : [name, `${role.shortName} : ${name}`, `${role.name} : ${name}`]
}

/** Names are looked up for the whole play: what only a host knows is no part of them. */
function renderedName(play: PlayRun, handler: HandlerStep): string | undefined {
  const { name = null } = handler
  const [host] = play.batch
  if (!(name instanceof Template) || host === undefined) return String(toPlain(name))
  try {
    return String(toPlain(play.run.options.engine.render(name, stepScope(play, host, handler.step))))
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error
    if (handler.listen.length === 0)
      play.run.warn(
        `Handler '${name.text}' is unusable because it has no listen topics and the name could not be templated: ${error.message}`,
        handler.step.source,
      )
    return undefined
  }
}
