import type { ForeignModule } from '../../module/registry.ts'
import { type Executed, unknown } from '../executed.ts'
import type { Planned, Resulting } from '../module-result.ts'
import { carryOut } from '../module-task.ts'
import { type RenderedArgs, unknownArgument } from '../render-args.ts'
import type { TaskRun } from '../task-run.ts'
import { answerOf } from './answer.ts'
import { ANSWER, programActions } from './program.ts'

/**
 * Runs a program of the user's as a module. It reads, decides and changes by itself, so nothing of it can be foretold: in check
 * mode one that heeds check mode runs, and of any other the result is unknown.
 */
export async function executeForeign(task: TaskRun, foreign: ForeignModule, rendered: RenderedArgs): Promise<Executed> {
  const doubt = unknownArgument(rendered)
  if (doubt !== undefined) return unknown(doubt.reason)
  const { name } = task.step.actionKey
  if (task.checkMode && !foreign.simulates) return unknown(`remote module (${name}) does not support check mode`)
  const planned: Planned = {
    state: undefined,
    args: undefined,
    changes: [
      { what: `run module ${name}`, actions: programActions(task, foreign, rendered), certainty: task.checkMode ? 'observe' : 'change' },
    ],
  }
  const resulting: Resulting = {
    answer: (outcomes) =>
      answerOf(
        task,
        foreign,
        outcomes.find(({ id }) => id === ANSWER),
      ),
  }
  return carryOut(task, resulting, planned)
}
