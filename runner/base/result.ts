import type { FileDiff } from './diff.ts'
import type { ErrorContext, RunnerError } from './error.ts'
import type { ValueRecord } from './value.ts'

/** How a task ended on a host. `unknown` exists in check mode alone: the prediction could not tell. */
export type TaskStatus = 'ok' | 'changed' | 'skipped' | 'failed' | 'unreachable' | 'unknown'

/** What one task (or one item of its loop) did on one host. Readonly: nobody writes back onto it. */
export interface TaskResult {
  readonly status: TaskStatus
  /** What `register` gives to later tasks; without secrets where `no_log` is set. */
  readonly data: ValueRecord
  /** One line for a person: what changed, why it failed, why it is unknown. */
  readonly message?: string | undefined
  /** One line per change, in order: "create directory /srv/node (0755)". */
  readonly changes: readonly string[]
  readonly diffs: readonly FileDiff[]
  /** A failed result that `ignore_errors` covers. */
  readonly ignored?: boolean | undefined
  /** The error behind a failure, with its place. */
  readonly error?: RunnerError | undefined
  readonly censored?: boolean | undefined
  /** Why it failed, from the task inwards, each with its place. */
  readonly chain?: readonly ErrorContext[] | undefined
  /** Whether its data are for a person's eyes: `debug` always shows them, gathered facts never. */
  readonly display?: 'always' | 'never' | undefined
}
