import type { TaskRef } from '../base/event.ts'
import type { Source } from '../base/source.ts'
import type { Prediction } from '../host/prediction.ts'
import type { Step, TaskStep } from '../plan/types.ts'
import type { Scope } from '../template/scope.ts'
import type { PlayRun } from './context.ts'
import type { HostRun } from './host-run.ts'

/** One task on one host (for one item of its loop): what modules and actions get to work with. */
export interface TaskRun {
  readonly play: PlayRun
  readonly host: HostRun
  readonly step: TaskStep
  readonly ref: TaskRef
  readonly scope: Scope
  /** Simulated: `--check`, or `check_mode: true`. */
  readonly checkMode: boolean
  readonly diff: boolean
  /** The host that connections go to: the delegate, or the host itself. */
  readonly delegate: HostRun
  /** What this task's simulation believes of the delegate, and adds to. */
  readonly prediction: Prediction
  readonly signal: AbortSignal
  /** The place is the task's where none is given. */
  warn(message: string, source?: Source): void
}

/** As much of a task as conditions and censoring look at: includes have it too. */
export interface StepRun extends Pick<TaskRun, 'play' | 'scope'> {
  readonly step: Pick<Step, 'keywords' | 'source'>
}
