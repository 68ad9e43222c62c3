import type { ActionSpec } from '../../module/registry.ts'
import type { ControllerAction } from './_define.ts'
import { assert } from './assert.ts'
import { asyncStatus } from './async-status.ts'
import { debug } from './debug.ts'
import { fail } from './fail.ts'
import { addHost, groupBy } from './hosts.ts'
import { includeVars } from './include-vars.ts'
import { meta } from './meta.ts'
import { pause } from './pause.ts'
import { setFact } from './set-fact.ts'
import { setStats } from './set-stats.ts'
import { setup } from './setup.ts'
import { validateArgumentSpec } from './validate-argument-spec.ts'

const ACTIONS: readonly ControllerAction[] = [
  addHost,
  assert,
  asyncStatus,
  debug,
  fail,
  groupBy,
  includeVars,
  meta,
  pause,
  setFact,
  setStats,
  setup,
  validateArgumentSpec,
]

const BY_NAME = new Map(ACTIONS.map((action) => [action.spec.name, action]))

export function findAction(name: string): ControllerAction | undefined {
  return BY_NAME.get(name)
}

/** What the registry offers besides modules. */
export function actionSpecs(): readonly ActionSpec[] {
  return ACTIONS.map((action) => action.spec)
}
