import type { Node } from '../load/node.ts'
import { CHECK_ACTION } from './_role-check.ts'
import { type ArgumentSpec, readArgumentSpec } from './argument-spec.ts'
import type { Play, RoleRef, Step, TaskStep } from './types.ts'

/** A static role of a play with the arguments it declares: checked for each host before any is connected to. */
export interface RoleToCheck {
  readonly role: RoleRef
  readonly spec: readonly ArgumentSpec[]
  /** The implicit task: its layers, keywords and place. */
  readonly step: TaskStep
}

/** The checks of a play, without those that a `when` could skip. */
export function rolesToCheck(play: Play): readonly RoleToCheck[] {
  return allRoleChecks(play).filter(({ step }) => step.keywords.when.length === 0)
}

/** The checks of a play, with those under a `when`. */
export function allRoleChecks(play: Play): readonly RoleToCheck[] {
  return play.sections.flatMap(({ steps }) => steps.flatMap(checksIn))
}

function checksIn(step: Step): readonly RoleToCheck[] {
  if (step.kind === 'block') return [...step.block, ...step.rescue, ...step.always].flatMap(checksIn)
  if (step.kind !== 'task' || step.action.name !== CHECK_ACTION || step.role === undefined) return []
  const options: Node | undefined = step.argNodes.get('argument_spec')
  return [{ role: step.role, spec: readArgumentSpec(options), step }]
}
