import { validateArguments } from '../plan/argument-spec.ts'
import { allRoleChecks, rolesToCheck } from '../plan/roles-to-check.ts'
import type { Play } from '../plan/types.ts'
import { argumentError, knownArguments } from './argument-check.ts'
import type { PlayRun } from './context.ts'
import { stepScope } from './scope.ts'

/**
 * Checks the arguments of a play's roles before any host is connected to.
 * @throws RunnerError `argument` at the place of the wrong value
 */
export function checkRoleArguments(play: PlayRun): void {
  for (const { role, spec, step } of rolesToCheck(play.play)) {
    for (const host of play.batch) {
      const scope = stepScope(play, host, step)
      const known = knownArguments(spec, scope, play.run.options.engine)
      const error = argumentError(role.name, validateArguments(known.spec, known.values), scope)
      if (error !== undefined) throw error
    }
  }
}

/** What the play's roles declare `no_log`. */
export function secretNamesOf(play: Play): ReadonlySet<string> {
  return new Set(allRoleChecks(play).flatMap(({ spec }) => spec.filter(({ noLog }) => noLog).map(({ name }) => name)))
}
