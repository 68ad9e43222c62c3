import { type Change, type Effect, type Failure, fail, type Outcome, ref, resource, type Secret, z } from '../runner/module/index.ts'
import type { Api } from './_openstack.ts'
import { ABSENT, type Found } from './_openstack-believed.ts'
import { differing, type Fields, fieldDiff, given } from './_openstack-fields.ts'
import { type Id, send } from './_openstack-request.ts'

/** A thing of an API that has fields of its own: how it is named, found and changed is the same for all of them. */
export interface Thing {
  /** `project`, as the API wraps it, and the id of the outcome. */
  readonly noun: string
  /** `keystone_project`: what its effects are called. */
  readonly kind: string
  /** `/projects` */
  readonly path: string
  /** For a person: `project demo`. */
  readonly label: string
  /** Keys that the prediction knows it by. */
  readonly keys: readonly string[]
  /** Fields that are brought in line. */
  readonly wanted: Fields
  /** Fields that a new thing gets besides. */
  readonly identity: Fields
  /** Fields that a new thing gets and that nobody can change later: another value is an error. */
  readonly fixed?: Fields | undefined
  /** Sent when the thing is made, shown nowhere. */
  readonly secrets?: Readonly<Record<string, Secret | undefined>> | undefined
  /** How it is changed; default PATCH. */
  readonly update?: 'PATCH' | 'PUT' | undefined
}

export function planThing(api: Api, found: Found, thing: Thing, state: 'present' | 'absent'): readonly Change[] | Failure {
  if (found.exists && state === 'present') {
    // Not every user may see every field
    const [fixed] = Object.entries(differing(found.data, thing.fixed ?? {})).filter(([key]) => key in found.data)
    if (fixed !== undefined) return cannotChange(thing, found.data[fixed[0]], fixed)
  }
  return changesOf(api, found, thing, state)
}

/** The plan for a thing without fields that cannot be changed. */
export function changesOf(api: Api, found: Found, thing: Thing, state: 'present' | 'absent'): readonly Change[] {
  if (state === 'absent') return found.exists ? [removal(api, thing, found.id ?? '')] : []
  if (!found.exists) return [creation(api, thing)]
  const fields = differing(found.data, thing.wanted)
  if (Object.keys(fields).length === 0) return []
  const what = `change ${Object.keys(fields).join(', ')} of ${thing.label}`
  const path = [`${thing.path}/`, found.id ?? '']
  const action = send(api, { id: thing.noun, method: thing.update ?? 'PATCH', path, json: { [thing.noun]: fields }, purpose: what })
  const after = { ...found, data: { ...found.data, ...fields } }
  return [{ what, actions: [action], effects: effectsOf(thing, after), diff: fieldDiff(thing.label, found.data, fields) }]
}

export function removal(api: Api, thing: Pick<Thing, 'kind' | 'keys' | 'label' | 'path'>, id: string): Change {
  const what = `remove ${thing.label}`
  const action = send(api, { method: 'DELETE', path: [`${thing.path}/`, id], purpose: what })
  return { what, actions: [action], effects: effectsOf(thing, ABSENT, id) }
}

export function creation(api: Api, thing: Thing): Change {
  const fields = { ...given(thing.identity), ...given(thing.fixed ?? {}), ...given(thing.wanted) }
  const json = { [thing.noun]: { ...fields, ...given(thing.secrets ?? {}) } }
  const what = `create ${thing.label}`
  const action = send(api, { id: thing.noun, method: 'POST', path: [thing.path], json, purpose: what })
  return { what, actions: [action], effects: effectsOf(thing, { exists: true, data: fields }), diff: fieldDiff(thing.label, {}, fields) }
}

function cannotChange(thing: Thing, is: unknown, [key, wanted]: readonly [string, unknown]): Failure {
  return fail(`${thing.label} has ${key} ${JSON.stringify(is ?? null)}, which cannot be changed to ${JSON.stringify(wanted)}`, {
    hint: 'remove it first (state: absent) if nothing depends on it',
  })
}

/** Whoever asks for it by one of its names, or by its id, finds it as it will be. */
export function effectsOf(thing: Pick<Thing, 'kind' | 'keys'>, state: Found, id = state.exists ? state.id : undefined): readonly Effect[] {
  return [...new Set([...thing.keys, ...(id === undefined || id === '' ? [] : [id])])].map((key) => resource(thing.kind, key, state, 'run'))
}

/** The id of a thing that is there, or that the plan's own request makes. */
export function idOf(found: Found, noun: string): Id {
  return found.exists ? (found.id ?? '') : ref(noun, [noun, 'id'])
}

/**
 * The registered result: the thing as the API answered or was found, without anything secret. `names` are openstacksdk's names of
 * the API's fields, which playbooks for the openstack.cloud collection read.
 */
export function resultOf(
  found: Found,
  noun: string,
  outcomes: readonly Outcome[],
  names: Readonly<Record<string, string>> = {},
): Readonly<Record<string, unknown>> {
  const answered = wrapped.safeParse(outcomes.findLast((outcome) => outcome.id === noun)?.http?.body)
  const made = answered.success ? answered.data[noun] : undefined
  const data = made ?? (found.exists ? found.data : undefined)
  if (data === undefined) return {}
  const shown = Object.fromEntries(Object.entries(data).filter(([key]) => !HIDDEN.has(key)))
  const renamed = Object.entries(names).flatMap(([name, field]) => (field in data ? [[name, data[field]] as const] : []))
  return { [noun]: { ...shown, ...Object.fromEntries(renamed) }, ...(typeof data['id'] === 'string' ? { id: data['id'] } : {}) }
}

const HIDDEN = new Set(['password', 'links', 'adminPass'])

const wrapped = z.record(z.string(), z.record(z.string(), z.unknown()))
