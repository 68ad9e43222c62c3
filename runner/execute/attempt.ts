import { chainOf, concatMessages, RunnerError } from '../base/error.ts'
import { isRecord, record, Unknown, type Value } from '../base/value.ts'
import type { Node } from '../load/node.ts'
import { runAction } from './action.ts'
import { type Executed, failed, fromError, hasChanged, NO_TRACEBACK, registeredValue, skipped, unknown } from './executed.ts'
import { withLocals } from './scope.ts'
import type { StepRun, TaskRun } from './task-run.ts'

/** One try of a task for one item: `when`, the work, then `changed_when` and `failed_when`, which see the count of tries. Never throws but for bugs. */
export async function attempt(task: TaskRun, count?: number): Promise<Executed> {
  const held = conditionHolds(task)
  if (held !== true) return held
  const executed = await work(task)
  return verdict(task, count === undefined ? executed : withAttempts(executed, count))
}

export function withAttempts(executed: Executed, attempts: number): Executed {
  return { ...executed, data: record([...Object.entries(executed.data), ['attempts', attempts]]) }
}

/** True, or the result that the task has instead of running. */
export function conditionHolds(task: StepRun): true | Executed {
  const { engine } = task.play.run.options
  try {
    for (const node of task.step.keywords.when) {
      const holds = engine.condition(node.value, task.scope, node.source)
      if (holds instanceof Unknown) return unknown(`whether it runs is not known: ${holds.reason}`)
      if (!holds) return skipped('Conditional result was False', record([['false_condition', plainCondition(node.value)]]))
    }
    return true
  } catch (error) {
    return fromError(error)
  }
}

async function work(task: TaskRun): Promise<Executed> {
  const { timeout } = task.step.keywords
  const { engine } = task.play.run.options
  try {
    const seconds = timeout === undefined ? 0 : Number(engine.render(timeout, task.scope))
    if (!(seconds > 0)) return await runAction(task)
    const limit = AbortSignal.timeout(seconds * 1000)
    const executed = await runAction({ ...task, signal: AbortSignal.any([task.signal, limit]) })
    if (!limit.aborted || executed.status === 'ok' || executed.status === 'changed') return executed
    return failed(`Task failed: Timed out after ${String(seconds)} second(s).`, record([['timedout', record([['period', seconds]])]]))
  } catch (error) {
    return fromError(error)
  }
}

/** `changed_when`, then `failed_when`: each sees the result under the name it will be registered with. */
function verdict(task: TaskRun, executed: Executed): Executed {
  const { failedWhen, changedWhen } = task.step.keywords
  if (executed.status === 'skipped' || executed.status === 'unreachable') return executed
  const changed = judged(task, executed, { word: 'changed', condition: changedWhen, apply: withChanged })
  return changed.broken === true
    ? changed.executed
    : judged(task, changed.executed, { word: 'failed', condition: failedWhen, apply: withFailed }).executed
}

interface Judgement {
  readonly word: 'changed' | 'failed'
  readonly condition: Node | undefined
  readonly apply: (executed: Executed, holds: boolean | Unknown) => Executed
}

/** A condition that cannot be evaluated fails the task, and the result says why. */
function judged(task: TaskRun, executed: Executed, { word, condition, apply }: Judgement): { executed: Executed; broken?: boolean } {
  if (condition === undefined) return { executed }
  const { register } = task.step.keywords
  const scope = withLocals(task.scope, register === undefined ? new Map() : new Map([[register, registeredValue(executed)]]))
  try {
    return { executed: apply(executed, task.play.run.options.engine.condition(condition.value, scope, condition.source)) }
  } catch (error) {
    if (!(error instanceof RunnerError) || error.code === 'bug') throw error
    const text = concatMessages(chainOf(error).map(({ message }) => message))
    const data = record([...Object.entries(executed.data), ['changed', hasChanged(executed)], [`${word}_when_result`, text]])
    return { executed: { ...executed, status: 'failed', data, message: text, error, judged: true }, broken: true }
  }
}

function withChanged(executed: Executed, changed: boolean | Unknown): Executed {
  if (changed instanceof Unknown)
    return executed.status === 'unknown' ? executed : { ...executed, status: 'unknown', message: changed.reason }
  if (executed.status === 'unknown') return changed ? { ...executed, status: 'changed' } : { ...executed, status: 'ok' }
  const changes = changed ? executed.changes : []
  if (executed.status !== 'failed') return { ...executed, status: changed ? 'changed' : 'ok', changes }
  return { ...executed, data: record([...Object.entries(executed.data), ['changed', changed]]), changes }
}

function withFailed(executed: Executed, isFailed: boolean | Unknown): Executed {
  if (isFailed instanceof Unknown) return executed
  const entries: [string, Value][] = [...Object.entries(executed.data), ['failed_when_result', isFailed]]
  const changed = hasChanged(executed)
  if (isFailed)
    return {
      ...executed,
      status: 'failed',
      data: record([...entries, ['changed', changed]]),
      message: executed.message ?? 'failed_when was true',
    }
  if (executed.status !== 'failed') return { ...executed, data: record(entries) }
  const data = record([...entries, ['failed_when_suppressed_exception', NO_TRACEBACK]])
  return { ...executed, status: changed ? 'changed' : 'ok', data, message: undefined, error: undefined }
}

function plainCondition(value: Value): Value {
  return isRecord(value) ? null : typeof value === 'object' && value !== null && 'text' in value ? value.text : value
}
