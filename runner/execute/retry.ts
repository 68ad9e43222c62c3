import { setTimeout as sleep } from 'node:timers/promises'
import { record, toPlain, Unknown } from '../base/value.ts'
import { attempt, withAttempts } from './attempt.ts'
import { type Executed, fromError, hasChanged, registeredValue } from './executed.ts'
import { withLocals } from './scope.ts'
import { taskResult } from './task-result.ts'
import type { TaskRun } from './task-run.ts'

/** `until`/`retries`/`delay`: n retries are n + 1 tries. `attempts` counts the tries that were made, n at most after a final failure. */
export async function attemptUntil(task: TaskRun): Promise<Executed> {
  const { until, retries, delay } = task.step.keywords
  if (until === undefined && retries === undefined) return attempt(task)
  const { engine } = task.play.run.options
  const limit = retries === undefined ? 3 : Number(engine.render(retries, task.scope))
  const pause = delay === undefined ? 5 : Number(engine.render(delay, task.scope))
  for (let tries = 1; ; tries++) {
    const executed = await attempt(task, tries)
    if (executed.status === 'skipped' || executed.status === 'unreachable' || executed.status === 'unknown') return executed
    const done = holds(task, executed)
    if (done === true) return executed
    if (done !== false) return done
    if (tries > limit) return exhausted(withAttempts(executed, limit))
    task.play.run.emit({
      type: 'retry',
      at: Date.now(),
      task: task.ref,
      host: task.host.name,
      left: limit - tries + 1,
      result: taskResult(task, executed),
    })
    await sleep(pause * 1000, undefined, { signal: task.signal }).catch(() => undefined)
  }
}

function exhausted(executed: Executed): Executed {
  return executed.status === 'failed'
    ? executed
    : {
        ...executed,
        status: 'failed',
        data: record([...Object.entries(executed.data), ['changed', hasChanged(executed)]]),
        message:
          executed.message ?? `the condition of 'until' did not hold after ${String(toPlain(executed.data['attempts'] ?? 0))} retries`,
      }
}

function holds(task: TaskRun, executed: Executed): boolean | Executed {
  const { until, register } = task.step.keywords
  if (until === undefined) return executed.status !== 'failed'
  try {
    const locals = register === undefined ? new Map() : new Map([[register, registeredValue(executed)]])
    const answer = task.play.run.options.engine.condition(until.value, withLocals(task.scope, locals), until.source)
    return answer instanceof Unknown ? true : answer
  } catch (error) {
    return fromError(error)
  }
}
