import { validateArguments } from '../plan/argument-spec.ts'
import { rolesToCheck } from '../plan/roles-to-check.ts'
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
