import type { FileDiff } from '../base/diff.ts'
import { RunnerError } from '../base/error.ts'
import type { TaskStatus } from '../base/result.ts'
import { emptyRecord, LazyRecord, record, Unknown, type Value, type ValueRecord } from '../base/value.ts'

/** What a module or action did once, before `changed_when`, `failed_when` and `register` look at it. */
export interface Executed {
  readonly status: TaskStatus
  readonly data: ValueRecord
  readonly message?: string | undefined
  readonly changes?: readonly string[] | undefined
  readonly diffs?: readonly FileDiff[] | undefined
  readonly error?: RunnerError | undefined
  /** In check mode: the result's other keys are known only when the task really runs. */
  readonly predicted?: boolean | undefined
}

export function ok(data: ValueRecord = emptyRecord(), message?: string): Executed {
  return { status: 'ok', data, message }
}

export function skipped(reason: string, extra: ValueRecord = emptyRecord()): Executed {
  return { status: 'skipped', data: record([['skipped', true], ['skip_reason', reason], ...Object.entries(extra)]), message: reason }
}

export function failed(message: string, data: ValueRecord = emptyRecord(), error?: RunnerError): Executed {
  return { status: 'failed', data: record([...Object.entries(data), ['msg', message]]), message, error }
}

export function unknown(reason: string): Executed {
  return { status: 'unknown', data: emptyRecord(), message: reason, predicted: true }
}

/** A thrown error as a result: lost connections make the host unreachable, the rest fail the task. Bugs go on up. */
export function fromError(error: unknown): Executed {
  if (!(error instanceof RunnerError) || error.code === 'bug') throw error
  const status = error.code === 'unreachable' ? 'unreachable' : 'failed'
  return {
    status,
    data: record([['msg', error.message], ...(status === 'unreachable' ? [['unreachable', true] as const] : [])]),
    message: error.message,
    error,
  }
}

/** The value that `register` stores. A prediction's missing keys are unknown, not undefined. */
export function registeredValue(executed: Executed): Value {
  if (executed.status === 'unknown') return new Unknown(executed.message ?? 'not known in check mode')
  const data = resultRecord(executed)
  if (executed.predicted !== true) return data
  const why = new Unknown('known only when the task really runs')
  return new LazyRecord({
    get: (key) => data[key] ?? (key === 'skipped' || key === 'unreachable' ? false : why),
    keys: () => Object.keys(data),
  })
}

/** The result's data with the keys that every result has. */
export function resultRecord(executed: Executed): ValueRecord {
  const { status, data } = executed
  const base: [string, Value][] = [
    ['changed', status === 'changed'],
    ['failed', status === 'failed'],
  ]
  return record([...base, ...Object.entries(data).filter(([key]) => key !== 'changed' && key !== 'failed')])
}
