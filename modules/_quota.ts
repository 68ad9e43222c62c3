import { args as arg, type Change, type Failure, fail, z } from '../runner/module/index.ts'
import type { Api } from './_openstack.ts'
import { serviceArguments } from './_openstack-auth.ts'
import type { Found } from './_openstack-believed.ts'
import { differing, type Fields, fieldDiff } from './_openstack-fields.ts'
import { findBy, getRow } from './_openstack-find.ts'
import { findProject } from './_openstack-project.ts'
import { reading, send } from './_openstack-request.ts'
import { changesOf, effectsOf } from './_openstack-resource.ts'

/** A limit of a project: `-1` is none. */
export const limit = (what: string) => arg.int().optional().describe(`${what}; -1 is no limit.`)

export const quotaArguments = {
  ...serviceArguments,
  project: arg.str().describe('Name or id.'),
  state: z.enum(['present', 'absent']).default('present').describe('`absent` gives the project the limits of all projects again.'),
}

/** Where a service keeps its limits. */
export interface QuotaPlace {
  readonly kind: 'nova_quota' | 'neutron_quota'
  readonly path: string
  readonly noun: string
  /** Below a project's limits: those of all projects. */
  readonly defaults: string
  readonly label: string
}

export interface QuotaState {
  readonly api: Api
  readonly quota: Found & { readonly exists: true }
  /** The limits of all projects, where they are wanted. */
  readonly defaults: Readonly<Record<string, unknown>>
}

interface Asked {
  readonly project: string
  readonly state: 'present' | 'absent'
}

export async function readQuota(api: Api, place: QuotaPlace, { project, state }: Asked): Promise<QuotaState | Failure> {
  return reading(async () => {
    const owner = await findProject(api, project)
    if (!owner.exists) return fail(`there is no project ${project}`, { hint: 'create it with keystone_project first' })
    const id = owner.id ?? ''
    const path = `${place.path}/${id}`
    const [found, defaults] = await Promise.all([
      findBy(api, { kind: place.kind, keys: [project] }, () => (id === '' ? Promise.resolve(undefined) : getRow(api, path, place.noun))),
      state === 'present' || api.fresh || id === '' ? undefined : getRow(api, `${path}${place.defaults}`, place.noun),
    ])
    return { api, quota: { exists: true, id, data: found.exists ? found.data : {} }, defaults: defaults ?? {} }
  })
}

export function quotaChanges(
  { api, quota, defaults }: QuotaState,
  place: QuotaPlace,
  asked: Asked & { readonly limits: Fields },
): readonly Change[] {
  const thing = {
    noun: place.noun,
    kind: place.kind,
    path: place.path,
    label: `the ${place.label} limits of project ${asked.project}`,
    keys: [asked.project],
    identity: {},
    wanted: asked.limits,
    update: 'PUT',
  } as const
  if (asked.state === 'present') return changesOf(api, quota, thing, 'present')
  const own = differing(quota.data, limitsIn(defaults))
  if (Object.keys(own).length === 0) return []
  const what = `put back ${Object.keys(own).join(', ')} of ${thing.label}`
  const action = send(api, { method: 'DELETE', path: [`${place.path}/`, quota.id ?? ''], purpose: what })
  const after = { ...quota, data: { ...quota.data, ...own } }
  return [{ what, actions: [action], effects: effectsOf({ ...thing }, after, ''), diff: fieldDiff(thing.label, quota.data, own) }]
}

/** Among the limits stands the project's id. */
export function limitsIn(data: Readonly<Record<string, unknown>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(data).flatMap(([key, value]) => (typeof value === 'number' ? [[key, value] as const] : [])))
}

/** The limits as they are after the task. */
export function quotaResult({ quota, defaults }: QuotaState, { state, limits }: { readonly state: string; readonly limits: Fields }) {
  const changed = state === 'absent' ? defaults : Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined))
  return limitsIn({ ...quota.data, ...changed })
}
