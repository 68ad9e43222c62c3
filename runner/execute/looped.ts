import { setTimeout as sleep } from 'node:timers/promises'
import { RunnerError } from '../base/error.ts'
import { isRecord, LazyRecord, record, Unknown, type Value } from '../base/value.ts'
import { conditionHolds } from './attempt.ts'
import { type Executed, fromError, hasChanged, registeredValue, unknown } from './executed.ts'
import { recordFacts } from './facts.ts'
import { evaluateLoop, itemLabel, itemVariables, type Loop } from './loop.ts'
import { attemptUntil } from './retry.ts'
import { withLocals } from './scope.ts'
import { taskResult } from './task-result.ts'
import type { TaskRun } from './task-run.ts'

/** One task for all items of its loop, one after the other, as ansible does; the whole result has `results`. */
export async function runLoop(task: TaskRun, start: (item: TaskRun) => TaskRun): Promise<Executed> {
  const keyword = task.step.keywords.loop
  if (keyword === undefined) return attemptUntil(start(task))
  const loop = loopOrResult(task, () => evaluateLoop(keyword, task.scope, task.play.run.options.engine))
  if ('status' in loop) return loop
  if (loop.items.length === 0) return noItems()
  const results: { executed: Executed; value: Value }[] = []
  warnOfShadowed(task, loop)
  for (const [index, item] of loop.items.entries()) {
    if (index > 0 && loop.pause > 0) await sleep(loop.pause * 1000, undefined, { signal: task.signal })
    const turn = await runItem(task, loop, { index, item }, start)
    results.push(turn)
    if (breaks(task, loop, turn)) break
  }
  return combine(results)
}

/** Nested loops often mean two items by one name. */
export function warnOfShadowed(task: Pick<TaskRun, 'play' | 'scope' | 'step'>, loop: Loop): void {
  if (task.scope.get(loop.variable) === undefined) return
  task.play.run.warn(
    `The loop variable '${loop.variable}' is already in use.`,
    task.step.keywords.loop?.expression.source,
    'You should set the `loop_var` value in the `loop_control` option for the task to something else to avoid variable collisions and unexpected behavior.',
  )
}

function noItems(): Executed {
  const reason = 'No items in the list'
  return {
    status: 'skipped',
    message: reason,
    data: record([
      ['skipped', true],
      ['skipped_reason', reason],
      ['results', []],
    ]),
  }
}

/** An undefined list is no error where `when` is false without it. */
function loopOrResult(task: TaskRun, evaluate: () => Loop | Unknown): Loop | Executed {
  try {
    const loop = evaluate()
    return loop instanceof Unknown ? unknown(`the loop's list is not known: ${loop.reason}`) : loop
  } catch (error) {
    const held = conditionHolds(task)
    if (held !== true && held.status === 'skipped') return held
    return fromError(error, error instanceof RunnerError && error.code === 'undefined' ? 'running' : 'early')
  }
}

interface Turn {
  readonly executed: Executed
  readonly value: Value
}

async function runItem(task: TaskRun, loop: Loop, at: { index: number; item: Value }, start: (item: TaskRun) => TaskRun): Promise<Turn> {
  const { item } = at
  const locals = itemVariables(loop, at.index, item)
  let executed: Executed
  let itemTask: TaskRun = task
  try {
    itemTask = start({ ...task, scope: withLocals(task.scope, locals) })
    executed = await attemptUntil(itemTask)
    recordFacts(itemTask, executed)
  } catch (error) {
    executed = fromError(error)
  }
  const vars = [...locals]
  const named = labelled(itemTask, { loop, item, executed })
  const whole: Executed = { ...named.executed, data: record([...Object.entries(named.executed.data), ...vars]) }
  task.play.run.emit({
    type: 'item-result',
    at: Date.now(),
    task: task.ref,
    host: task.host.name,
    item,
    label: named.label,
    delegate: delegateName(itemTask),
    result: taskResult(task, whole),
  })
  return { executed: whole, value: itemValue(whole, vars) }
}

/** The host that the item was done on, where it is another one. */
function delegateName({ host, delegate }: TaskRun): string | undefined {
  return delegate === host ? undefined : delegate.name
}

/** A label that is undefined fails its item, whatever the task did. */
function labelled(task: TaskRun, at: { loop: Loop; item: Value; executed: Executed }): { label: Value; executed: Executed } {
  const { loop, item, executed } = at
  const { register } = task.step.keywords
  const scope = withLocals(task.scope, register === undefined ? new Map() : new Map([[register, registeredValue(executed)]]))
  try {
    return { label: itemLabel(loop, item, scope, task.play.run.options.engine), executed }
  } catch (error) {
    if (!(error instanceof RunnerError) || error.code !== 'undefined') throw error
    const msg = `Failed to template loop_control.label: ${error.message}`
    return {
      label: item,
      executed: { ...executed, status: 'failed', data: record([...Object.entries(executed.data), ['msg', msg]]), message: msg },
    }
  }
}

/** The item stays readable in the registered results even where check mode does not know the rest. */
function itemValue(executed: Executed, vars: readonly (readonly [string, Value])[]): Value {
  const value = registeredValue(executed)
  if (!(value instanceof Unknown)) return value
  const known = record(vars)
  return new LazyRecord({ get: (key) => known[key] ?? value, keys: () => Object.keys(known) })
}

function breaks(task: TaskRun, loop: Loop, turn: Turn): boolean {
  if (loop.breakWhen === undefined) return false
  const { register } = task.step.keywords
  const locals = new Map<string, Value>([
    [loop.variable, isRecord(turn.value) ? (turn.value[loop.variable] ?? null) : null],
    ...(register === undefined ? [] : [[register, turn.value] as const]),
  ])
  return task.play.run.options.engine.condition(loop.breakWhen.value, withLocals(task.scope, locals), loop.breakWhen.source) === true
}

/** The result of a loop without any turn that ran. */
export function allSkipped(results: readonly Executed[]): Executed {
  return combine(results.map((executed) => ({ executed, value: registeredValue(executed) })))
}

function combine(turns: readonly Turn[]): Executed {
  const has = (status: Executed['status']): boolean => turns.some((turn) => turn.executed.status === status)
  const allSkipped = turns.every((turn) => turn.executed.status === 'skipped')
  const failedTurn = turns.find((turn) => turn.executed.status === 'failed')
  const status = has('unreachable')
    ? 'unreachable'
    : has('failed')
      ? 'failed'
      : allSkipped
        ? 'skipped'
        : has('changed')
          ? 'changed'
          : has('unknown')
            ? 'unknown'
            : 'ok'
  const msg = failedTurn !== undefined ? 'One or more items failed' : allSkipped ? 'All items skipped' : 'All items completed'
  return {
    status,
    looped: true,
    data: record([
      ['changed', turns.some((turn) => hasChanged(turn.executed))],
      ['results', turns.map((turn) => turn.value)],
      ['msg', msg],
      ['skipped', allSkipped],
      ...(status === 'unreachable' ? [['unreachable', true] as const] : []),
    ]),
    message:
      failedTurn === undefined
        ? status === 'unknown'
          ? turns.find((turn) => turn.executed.status === 'unknown')?.executed.message
          : undefined
        : `${msg}: ${failedTurn.executed.message ?? ''}`,
    changes: turns.flatMap((turn) => turn.executed.changes ?? []),
    diffs: turns.flatMap((turn) => turn.executed.diffs ?? []),
    error: failedTurn?.executed.error,
  }
}
