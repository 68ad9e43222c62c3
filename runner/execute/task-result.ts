import { chainOf, type ErrorContext } from '../base/error.ts'
import type { TaskResult } from '../base/result.ts'
import { record, type Value, type ValueRecord } from '../base/value.ts'
import { repr } from '../template/runtime/text.ts'
import { type Executed, hasChanged, resultRecord, TASK_FAILED } from './executed.ts'
import type { StepRun } from './task-run.ts'

const CENSORED = "the output has been hidden due to the fact that 'no_log: true' was specified for this result"

const NONE: readonly never[] = []

/** The result as reports see it: censored under `no_log`. */
export function taskResult(task: StepRun, executed: Executed, ignored = false): TaskResult {
  const { status } = executed
  const forgiven = ignored ? true : undefined
  if (isCensored(task)) return { status, ignored: forgiven, data: censored(executed), changes: NONE, diffs: NONE, censored: true }
  return {
    status,
    ignored: forgiven,
    data: resultRecord(executed),
    message: executed.message,
    changes: executed.changes ?? NONE,
    diffs: executed.diffs ?? NONE,
    error: executed.error,
    chain: chainFor(task, executed),
    display: executed.display,
  }
}

function chainFor({ step }: StepRun, executed: Executed): readonly ErrorContext[] | undefined {
  const { status, error } = executed
  if (status !== 'failed' && status !== 'unreachable') return undefined
  const start = executed.early === true ? [] : [{ message: TASK_FAILED, source: step.source }]
  if (error !== undefined && executed.judged !== true) return [...start, ...chainOf(error)]
  const by = { module: 'Module failed.', action: 'Action failed.', message: undefined }[executed.failedBy ?? 'action']
  return [...start, ...(by === undefined ? [] : [{ message: by }]), ...said(executed.data['msg'])]
}

function said(message: Value | undefined): readonly ErrorContext[] {
  if (message === undefined) return [{ message: 'Unknown error.' }]
  const text = typeof message === 'string' ? message : repr(message)
  return text === '' ? [] : [{ message: text }]
}

export function isCensored(task: StepRun): boolean {
  const { noLog } = task.step.keywords
  return noLog !== undefined && task.play.run.options.engine.render(noLog, task.scope) === true
}

function censored(executed: Executed): ValueRecord {
  return record([
    ['censored', CENSORED],
    ['changed', hasChanged(executed)],
    ['failed', executed.status === 'failed'],
    ...(Object.hasOwn(executed.data, 'results') ? [['results', []] as const] : []),
  ])
}
