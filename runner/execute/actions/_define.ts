import { z } from 'zod'
import type { ActionSpec } from '../../module/registry.ts'
import type { Executed } from '../executed.ts'
import { type RenderedArgs, typedArgs, unknownArgument } from '../render-args.ts'
import type { TaskRun } from '../task-run.ts'

/** What the controller does by itself for one host: no module, no connection unless it says so. */
export interface ControllerAction {
  readonly spec: ActionSpec
  run(task: TaskRun, args: RenderedArgs): Promise<Executed>
}

interface Definition {
  readonly name: string
  readonly args: z.ZodType
  readonly aliases?: Readonly<Record<string, string>>
  readonly freeForm?: string
  readonly rawArgs?: readonly string[]
  readonly wholePlay?: boolean
  run(task: TaskRun, args: RenderedArgs): Executed | Promise<Executed>
}

export function defineAction(definition: Definition): ControllerAction {
  const { name, args, aliases = {}, freeForm, rawArgs = [], wholePlay } = definition
  return {
    spec: { name, kind: 'action', args, aliases, freeForm, rawArgs, module: undefined, wholePlay },
    async run(task, rendered) {
      if (rawArgs.length === 0 && unknownArgument(rendered) === undefined) typedArgs(task, rendered)
      return definition.run(task, rendered)
    },
  }
}

/** Any argument names at all: `set_fact`. */
export const anyArgs = z.record(z.string(), z.unknown())
