import type { FileDiff } from '../base/diff.ts'
import { chainOf, concatMessages, RunnerError } from '../base/error.ts'
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
  /** Who says why it failed, where there is no error: an action of the controller by default; `message`: nobody but its message. */
  readonly failedBy?: 'module' | 'action' | 'message' | undefined
  /** Its own outcome was overruled, or could not be judged, by `changed_when` or `failed_when`: the error tells why. */
  readonly judged?: boolean | undefined
  /** It failed before it was the task's turn: at its loop. */
  readonly early?: boolean | undefined
  readonly display?: 'always' | 'never' | undefined
  /** The results of a loop's items put together. */
  readonly looped?: boolean | undefined
  /** In check mode: the result's other keys are known only when the task really runs. */
  readonly predicted?: boolean | undefined
}

export function ok(data: ValueRecord = emptyRecord(), message?: string): Executed {
  return { status: 'ok', data, message }
}

export function skipped(reason: string, extra: ValueRecord = emptyRecord()): Executed {
  const data = emptyRecord()
  data['skipped'] = true
  data['skip_reason'] = reason
  return { status: 'skipped', data: Object.assign(data, extra), message: reason }
}

export function failed(message: string, data: ValueRecord = emptyRecord(), error?: RunnerError): Executed {
  return { status: 'failed', data: record([...Object.entries(data), ['msg', message]]), message, error }
}

export function unknown(reason: string): Executed {
  return { status: 'unknown', data: emptyRecord(), message: reason, predicted: true }
}

/** What ansible-core puts where a traceback would be. */
export const NO_TRACEBACK = '(traceback unavailable)'

/** What every failure of a task begins with. */
export const TASK_FAILED = 'Task failed.'

/** A thrown error as a result: lost connections make the host unreachable, the rest fail the task. Bugs go on up. */
export function fromError(error: unknown, when: 'early' | 'running' = 'running'): Executed {
  if (!(error instanceof RunnerError) || error.code === 'bug') throw error
  const status = error.code === 'unreachable' ? 'unreachable' : 'failed'
  const messages = chainOf(error).map(({ message }) => message)
  return {
    status,
    early: when === 'early',
    data: record([
      ['msg', concatMessages(when === 'early' ? messages : [TASK_FAILED, ...messages])],
      ...(status === 'unreachable' ? [['unreachable', true] as const] : []),
    ]),
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

/** Also of a failed result, which may have changed something before it failed. */
export function hasChanged({ status, data }: Executed): boolean {
  return status === 'changed' || (status === 'failed' && data['changed'] === true)
}

/** What stands for the message of a failure that has none. */
function unsaid({ failedBy }: Executed): string {
  return concatMessages([TASK_FAILED, failedBy === 'module' ? 'Module failed.' : 'Action failed.', 'Unknown error.'])
}

/** The result's data with `changed` and `failed`, of which a skipped or unreachable result and a loop without failures lack the latter. */
export function resultRecord(executed: Executed): ValueRecord {
  const { status, data, looped } = executed
  const result = emptyRecord()
  if (executed.early !== true) result['changed'] = hasChanged(executed)
  if (status === 'failed' || 'failed' in data || (status !== 'skipped' && status !== 'unreachable' && looped !== true))
    result['failed'] = status === 'failed'
  if (status === 'failed' && looped !== true) result['exception'] = NO_TRACEBACK
  for (const key of Object.keys(data)) if (key !== 'changed' && key !== 'failed') result[key] = data[key] ?? null
  if (status === 'failed' && looped !== true && data['msg'] === undefined) result['msg'] = unsaid(executed)
  return result
}
