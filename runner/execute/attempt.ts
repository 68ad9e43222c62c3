import { isRecord, record, Unknown, type Value } from '../base/value.ts'
import { runAction } from './action.ts'
import { type Executed, failed, fromError, registeredValue, skipped, unknown } from './executed.ts'
import { withLocals } from './scope.ts'
import type { StepRun, TaskRun } from './task-run.ts'

/** One try of a task for one item: `when`, the work, then `failed_when` and `changed_when`. Never throws but for bugs. */
export async function attempt(task: TaskRun): Promise<Executed> {
  const held = conditionHolds(task)
  if (held !== true) return held
  return verdict(task, await work(task))
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
    return failed(`Timed out after ${String(seconds)} second(s).`, record([['timedout', true]]))
  } catch (error) {
    return fromError(error)
  }
}

/** `failed_when` and `changed_when` see the result under the name it will be registered with. */
function verdict(task: TaskRun, executed: Executed): Executed {
  const { failedWhen, changedWhen, register } = task.step.keywords
  if ((failedWhen === undefined && changedWhen === undefined) || executed.status === 'skipped' || executed.status === 'unreachable')
    return executed
  const { engine } = task.play.run.options
  const scope = (result: Executed) =>
    withLocals(task.scope, register === undefined ? new Map() : new Map([[register, registeredValue(result)]]))
  try {
    let result = executed
    if (changedWhen !== undefined && result.status !== 'failed')
      result = withChanged(result, engine.condition(changedWhen.value, scope(result), changedWhen.source))
    if (failedWhen !== undefined) result = withFailed(result, engine.condition(failedWhen.value, scope(result), failedWhen.source))
    return result
  } catch (error) {
    const thrown = fromError(error)
    return { ...thrown, data: record([...Object.entries(executed.data), ...Object.entries(thrown.data)]) }
  }
}

function withChanged(executed: Executed, changed: boolean | Unknown): Executed {
  if (changed instanceof Unknown)
    return executed.status === 'unknown' ? executed : { ...executed, status: 'unknown', message: changed.reason }
  if (executed.status === 'unknown') return changed ? { ...executed, status: 'changed' } : { ...executed, status: 'ok' }
  return { ...executed, status: changed ? 'changed' : 'ok', changes: changed ? executed.changes : [] }
}

function withFailed(executed: Executed, isFailed: boolean | Unknown): Executed {
  if (isFailed instanceof Unknown) return executed
  const data = record([...Object.entries(executed.data), ['failed_when_result', isFailed]])
  if (isFailed) return { ...executed, status: 'failed', data, message: executed.message ?? 'failed_when was true' }
  if (executed.status !== 'failed') return { ...executed, data }
  return {
    ...executed,
    status: executed.data['changed'] === true || (executed.changes ?? []).length > 0 ? 'changed' : 'ok',
    data,
    error: undefined,
  }
}

function plainCondition(value: Value): Value {
  return isRecord(value) ? null : typeof value === 'object' && value !== null && 'text' in value ? value.text : value
}
