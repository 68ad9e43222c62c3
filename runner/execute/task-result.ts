import type { TaskResult } from '../base/result.ts'
import { record, type ValueRecord } from '../base/value.ts'
import { type Executed, resultRecord } from './executed.ts'
import type { StepRun } from './task-run.ts'

const CENSORED = "the output has been hidden due to the fact that 'no_log: true' was specified for this result"

/** The result as reports see it: censored under `no_log`. */
export function taskResult(task: StepRun, executed: Executed, ignored = false): TaskResult {
  const base = { status: executed.status, ignored: ignored ? true : undefined }
  if (isCensored(task)) return { ...base, data: censored(executed), changes: [], diffs: [], censored: true }
  return {
    ...base,
    data: resultRecord(executed),
    message: executed.message,
    changes: executed.changes ?? [],
    diffs: executed.diffs ?? [],
    error: executed.error,
  }
}

export function isCensored(task: StepRun): boolean {
  const { noLog } = task.step.keywords
  return noLog !== undefined && task.play.run.options.engine.render(noLog, task.scope) === true
}

function censored(executed: Executed): ValueRecord {
  return record([
    ['censored', CENSORED],
    ['changed', executed.status === 'changed'],
    ['failed', executed.status === 'failed'],
  ])
}
