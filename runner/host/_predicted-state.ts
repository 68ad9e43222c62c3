import { z } from 'zod'
import { defined } from './_defined.ts'
import { UNKNOWN_ID } from './_file-beliefs.ts'
import type { GroupState, PackageState, ServiceState, UserState } from './host.ts'
import type { Prediction } from './prediction.ts'
import { UnknownState } from './probe.ts'

const FLAG = z.boolean().optional()
const TEXT = z.string().optional()
const NUMBER = z.number().optional()
const NAMES = z.array(z.string()).optional()

const PACKAGE = z.object({ installed: z.boolean(), version: TEXT, candidate: TEXT, providedBy: TEXT })
const SERVICE = z.object({ exists: FLAG, active: FLAG, enabled: FLAG, masked: FLAG, state: TEXT, unitState: TEXT, unknown: TEXT })
const USER = z.object({
  exists: FLAG,
  uid: NUMBER,
  gid: NUMBER,
  group: TEXT,
  comment: TEXT,
  home: TEXT,
  shell: TEXT,
  groups: NAMES,
  password: TEXT,
})
const GROUP = z.object({ exists: FLAG, gid: NUMBER, members: NAMES })

export function predictedPackage(name: string, real: PackageState, prediction: Prediction): PackageState {
  const state = stateOf('package', name, prediction)
  if (state === undefined) return real
  const told = PACKAGE.parse(state)
  return { candidate: real.candidate, ...told, version: told.version ?? (told.installed ? (real.candidate ?? real.version) : undefined) }
}

export function predictedService(name: string, real: ServiceState, prediction: Prediction): ServiceState {
  const belief = prediction.belief('service', name)
  if (belief?.kind === 'unknown') return { ...real, unknown: belief.reason }
  const { newcomers } = prediction
  const base = !real.exists && newcomers !== undefined ? newcomer(name, real, prediction) : real
  if (belief === undefined) return base
  const told = defined(SERVICE.parse(belief.state))
  const settled = told.active !== undefined && told.enabled !== undefined
  return {
    ...base,
    exists: true,
    ...told,
    state: told.state ?? activity(told.active) ?? base.state,
    unitState: told.unitState ?? (told.enabled === undefined ? base.unitState : told.enabled ? 'enabled' : 'disabled'),
    unknown: settled ? undefined : base.unknown,
    known: settled ? undefined : [...(base.known ?? []), ...PARTS.filter((part) => told[part] !== undefined)],
  }
}

const PARTS = ['active', 'enabled', 'masked'] as const

/** A service that a package may bring. One that may not start its services while it is installed leaves it stopped. */
function newcomer(name: string, real: ServiceState, prediction: Prediction): ServiceState {
  const unknown = `service ${name} may come with ${prediction.newcomers ?? 'a package'}`
  return { ...real, unknown, known: prediction.startsNothing ? ['active', 'masked'] : ['masked'] }
}

function activity(active: boolean | undefined): string | undefined {
  return active === undefined ? undefined : active ? 'active' : 'inactive'
}

export function predictedUser(name: string, real: UserState, prediction: Prediction): UserState {
  const state = stateOf('user', name, prediction)
  if (state === undefined) return orUnknown(real, `user ${name}`, prediction)
  const told = defined(USER.parse(state))
  if (told.exists === false) return { exists: false }
  const base = real.exists
    ? real
    : { name, uid: UNKNOWN_ID, gid: UNKNOWN_ID, group: name, comment: '', home: `/home/${name}`, shell: '', groups: [], password: '!' }
  return { ...base, ...told, name, exists: true }
}

export function predictedGroup(name: string, real: GroupState, prediction: Prediction): GroupState {
  const state = stateOf('group', name, prediction)
  if (state === undefined) return orUnknown(real, `group ${name}`, prediction)
  const told = defined(GROUP.parse(state))
  if (told.exists === false) return { exists: false }
  const base = real.exists ? real : { gid: UNKNOWN_ID, members: [] }
  return { ...base, ...told, name, exists: true }
}

function orUnknown<T extends { readonly exists: boolean }>(real: T, what: string, prediction: Prediction): T {
  if (!real.exists && prediction.newcomers !== undefined) throw new UnknownState(`${what} may come with ${prediction.newcomers}`)
  return real
}

function stateOf(kind: string, key: string, prediction: Prediction): unknown {
  const belief = prediction.belief(kind, key)
  if (belief?.kind === 'unknown') throw new UnknownState(belief.reason)
  return belief?.state
}
