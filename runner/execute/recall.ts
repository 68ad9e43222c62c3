import type { TaskMark, TaskRef } from '../base/event.ts'
import { isRecord, record } from '../base/value.ts'
import type { TaskStep } from '../plan/types.ts'
import type { PlayRun } from './context.ts'
import type { DoneTask } from './earlier.ts'
import type { Executed } from './executed.ts'
import { factOwner } from './facts.ts'
import type { HostRun } from './host-run.ts'
import { targetOf } from './module-task.ts'
import { restoreNote } from './pending.ts'
import { stepScope } from './scope.ts'
import { configured, recordResult, type TaskOutcome, taskRun } from './task.ts'
import { taskResult } from './task-result.ts'

/** A task that an earlier run has done: its result counts as if it had run now, with what it registered, set and notified. */
export function recallTask(
  play: PlayRun,
  step: TaskStep,
  host: HostRun,
  { ref, mark, done }: { readonly ref: TaskRef; readonly mark: TaskMark; readonly done: DoneTask },
): TaskOutcome {
  const task = taskRun(play, step, host, { ref, scope: stepScope(play, host, step) })
  const executed = executedOf(done, step)
  if (step.action.name === 'setup') host.factsGathered = true
  recordResult(task, executed)
  if (step.action.name === 'set_fact') {
    const owner = factOwner(configured(task))
    const facts = executed.data['ansible_facts']
    for (const [name, value] of Object.entries(isRecord(facts) ? facts : {}))
      owner.assigned.set(name, { value, source: step.argNodes.get(name)?.source ?? step.source })
  }
  if (done.status === 'changed' && step.action.module !== undefined && step.keywords.loop === undefined) {
    const on = configured(task)
    restoreNote(on, targetOf(on))
  }
  play.run.emit({
    type: 'host-task-result',
    at: Date.now(),
    task: ref,
    host: host.name,
    looped: step.keywords.loop !== undefined,
    result: done.masked ? { ...taskResult(task, executed, done.ignored), censored: true } : taskResult(task, executed, done.ignored),
    seconds: 0,
    mark: { ...mark, recalled: true },
  })
  const failed = executed.status === 'failed' && !done.ignored
  return { host, step, ref, executed, failed, unreachable: executed.status === 'unreachable' && !done.ignored }
}

function executedOf({ status, data }: DoneTask, step: TaskStep): Executed {
  const kept = Object.entries(data).filter(([name]) => name !== 'failed' && name !== 'exception')
  return { status, data: record(kept), looped: step.keywords.loop !== undefined }
}
