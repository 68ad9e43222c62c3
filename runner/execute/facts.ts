import { isRecord } from '../base/value.ts'
import type { Executed } from './executed.ts'
import { safeFacts } from './foreign/facts.ts'
import type { TaskRun } from './task-run.ts'

/** Actions that set variables by themselves: what their results call facts is for people to see. */
const VARIABLES = new Set(['set_fact', 'include_vars'])

export function holdsFacts(executed: Executed): boolean {
  return executed.data['ansible_facts'] !== undefined
}

/** Keeps the facts that a result holds: with the host, or where `delegate_facts` says so with its delegate. */
export function recordFacts(task: TaskRun, executed: Executed): void {
  const facts = executed.data['ansible_facts']
  const { action } = task.step
  if (isRecord(facts) && !VARIABLES.has(action.name))
    factOwner(task).addFacts(action.foreign === undefined ? facts : safeFacts(task, facts))
}

export function factOwner(task: TaskRun): TaskRun['host'] {
  const { delegateFacts } = task.step.keywords
  const delegated = delegateFacts !== undefined && task.play.run.options.engine.render(delegateFacts, task.scope) === true
  return delegated ? task.delegate : task.host
}
