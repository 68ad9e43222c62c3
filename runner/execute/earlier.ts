import type { TaskMark } from '../base/event.ts'
import type { TaskStatus } from '../base/result.ts'
import type { ValueRecord } from '../base/value.ts'
import type { TaskStep } from '../plan/types.ts'

/** A host's task that an earlier run has finished. */
export interface DoneTask {
  readonly mark: TaskMark
  readonly status: TaskStatus
  readonly ignored: boolean
  readonly data: ValueRecord
  /** Secrets were left out of the data. */
  readonly masked: boolean
}

/**
 * What an earlier run has done, host by host and in order. It counts as long as the host goes the same way: once a task that the earlier
 * run had not finished runs, or one that runs again changes something, the rest is done anew.
 */
export class Earlier {
  readonly #left: Map<string, DoneTask[]>
  /** Whether a task uses files that are no longer what they were. */
  readonly #isStale: (step: TaskStep) => boolean
  recalled = 0

  constructor(done: ReadonlyMap<string, readonly DoneTask[]>, isStale: (step: TaskStep) => boolean) {
    this.#left = new Map([...done].map(([host, tasks]) => [host, [...tasks]] as const))
    this.#isStale = isStale
  }

  /** The earlier result of a task, where it need not run again. */
  take(host: string, step: TaskStep, mark: TaskMark): DoneTask | undefined {
    const left = this.#left.get(host) ?? []
    const at = left.findIndex((task) => task.mark.key === mark.key)
    if (at === -1) {
      if (step.action.module !== undefined) this.forget(host)
      return undefined
    }
    const [done] = left.splice(0, at + 1).slice(-1)
    if (done === undefined || done.mark.print !== mark.print || !isRecallable(done, step) || this.#isStale(step)) return undefined
    this.recalled++
    return done
  }

  /** The host goes its own way from here. */
  forget(host: string): void {
    this.#left.delete(host)
  }
}

/** These change what the run itself knows, which only they can do again. */
const OF_THE_RUN = new Set(['add_host', 'group_by', 'include_vars', 'set_stats', 'meta'])

function isRecallable({ status, masked }: DoneTask, step: TaskStep): boolean {
  const { action, keywords } = step
  if (status === 'skipped' || status === 'unknown' || OF_THE_RUN.has(action.name)) return false
  if (action.name === 'set_fact') return !masked && keywords.loop === undefined
  return !masked || (keywords.register === undefined && action.name !== 'setup' && action.name !== 'async_status')
}
