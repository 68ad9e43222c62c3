import { createHash } from 'node:crypto'
import type { TaskMark } from '../base/event.ts'
import { toPlain, type Value } from '../base/value.ts'
import { TASK_LAYERS } from '../load/layer.ts'
import type { Node } from '../load/node.ts'
import type { TaskStep } from '../plan/types.ts'
import type { PlayRun } from './context.ts'
import type { HostRun } from './host-run.ts'

/** The mark of a task on a host; each one is made once, for it counts how often the host has come by the task. */
export function markOf(play: PlayRun, step: TaskStep, host: HostRun, from: 'task' | 'handler'): TaskMark | undefined {
  const { marks } = play.run
  if (marks === undefined) return undefined
  const name = step.name === undefined ? '' : String(toPlain(step.name))
  const key = [String(play.play.id), from, step.role?.name ?? '', name, step.action.name].join(' | ')
  return { key: `${key} #${String(marks.turn(host.name, key))}`, print: marks.print(step) }
}

/** Counts and prints of one run. */
export class Marks {
  readonly #turns = new Map<string, number>()
  readonly #prints = new WeakMap<TaskStep, string>()

  turn(host: string, key: string): number {
    const counted = `${host} ${key}`
    const turn = (this.#turns.get(counted) ?? 0) + 1
    this.#turns.set(counted, turn)
    return turn
  }

  /** The same for every host: made once. */
  print(step: TaskStep): string {
    const known = this.#prints.get(step)
    if (known !== undefined) return known
    const made = printOf(step)
    this.#prints.set(step, made)
    return made
  }
}

/** A digest of the task as it is written: another argument or condition makes another task. */
function printOf({ action, args, argsTemplate, keywords, layers }: TaskStep): string {
  const { register, loop, until, changedWhen, failedWhen, delegateTo, become, becomeUser, runOnce, delegateFacts } = keywords
  const written = [
    action.name,
    [...args].map(([name, entry]) => [name, plain(() => entry.value)]),
    layers
      .filter(({ layer }) => TASK_LAYERS.has(layer))
      .map(({ vars }) => [...vars].map(([name, entry]) => [name, plain(() => entry.value)])),
    nodes([argsTemplate, until, changedWhen, failedWhen, delegateTo, loop?.expression, loop?.control]),
    nodes([...keywords.when, ...keywords.environment, ...keywords.notify, ...keywords.moduleDefaults.map(({ node }) => node)]),
    [register ?? null, loop?.kind ?? null, ...[become, becomeUser, runOnce, delegateFacts].map((value) => plain(() => value ?? null))],
  ]
  return createHash('sha256').update(JSON.stringify(written)).digest('hex').slice(0, 16)
}

function nodes(all: readonly (Node | undefined)[]): readonly unknown[] {
  return all.map((node) => (node === undefined ? null : plain(() => node.value)))
}

/** What is encrypted and cannot be opened has no part in it. */
function plain(value: () => Value): unknown {
  try {
    return toPlain(value())
  } catch {
    return null
  }
}
