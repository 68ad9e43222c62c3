import { RunnerError } from '../base/error.ts'
import { findAction } from './actions/index.ts'
import { asyncLimit } from './async.ts'
import { type Executed, failed } from './executed.ts'
import { executeForeign } from './foreign/index.ts'
import { executeModule } from './module-task.ts'
import { renderArgs } from './render-args.ts'
import type { TaskRun } from './task-run.ts'

/** Runs what the task names: an action of the controller, or a module on the host. */
export async function runAction(task: TaskRun): Promise<Executed> {
  const { action } = task.step
  const args = renderArgs(task)
  if (action.module !== undefined) return executeModule(task, action.module, args)
  if (action.foreign !== undefined) return executeForeign(task, action.foreign, args)
  const controller = findAction(action.name)
  if (controller === undefined) throw new RunnerError('bug', `no engine action '${action.name}'`, { source: task.step.source })
  if (asyncLimit(task) > 0 && !task.checkMode) return failed(`This action (${action.name}) does not support async.`)
  return controller.run(task, args)
}
