import { type Change, type Effect, type Outcome, ref, resource, type Secret, z } from '../runner/module/index.ts'
import { ABSENT, differing, type Found, fieldDiff, given, type Keystone, send } from './_keystone.ts'

/** A thing of the Identity API that has fields of its own: how it is named, found and changed is the same for all of them. */
export interface Thing {
  /** `project`, as the API wraps it; the path is its plural. */
  readonly noun: 'project' | 'user' | 'role' | 'service' | 'endpoint'
  /** For a person: `project demo`. */
  readonly label: string
  /** Keys that the prediction knows it by. */
  readonly keys: readonly string[]
  /** Fields that are brought in line. */
  readonly wanted: Readonly<Record<string, string | boolean | undefined>>
  /** Fields that a new thing gets besides. */
  readonly identity: Readonly<Record<string, string | boolean | undefined>>
  /** Sent when the thing is made, shown nowhere. */
  readonly secrets?: Readonly<Record<string, Secret | undefined>> | undefined
}

export function planThing(api: Keystone, found: Found, thing: Thing, state: 'present' | 'absent'): readonly Change[] {
  const { noun, label } = thing
  if (state === 'absent') {
    if (!found.exists) return []
    const action = send(api, { method: 'DELETE', path: [`/${noun}s/`, found.id ?? ''], purpose: `remove ${label}` })
    return [{ what: `remove ${label}`, actions: [action], effects: effectsOf(thing, ABSENT) }]
  }
  if (!found.exists) return [creation(api, thing)]
  const fields = differing(found.data, thing.wanted)
  if (Object.keys(fields).length === 0) return []
  const what = `change ${Object.keys(fields).join(', ')} of ${label}`
  const action = send(api, { id: noun, method: 'PATCH', path: [`/${noun}s/`, found.id ?? ''], json: { [noun]: fields }, purpose: what })
  const after = { ...found, data: { ...found.data, ...fields } }
  return [{ what, actions: [action], effects: effectsOf(thing, after), diff: fieldDiff(label, found.data, fields) }]
}

function creation(api: Keystone, thing: Thing): Change {
  const { noun, label } = thing
  const fields = { ...given(thing.identity), ...given(thing.wanted) }
  const action = send(api, {
    id: noun,
    method: 'POST',
    path: [`/${noun}s`],
    json: { [noun]: { ...fields, ...secretsOf(thing) } },
    purpose: `create ${label}`,
  })
  return {
    what: `create ${label}`,
    actions: [action],
    effects: effectsOf(thing, { exists: true, data: fields }),
    diff: fieldDiff(label, {}, fields),
  }
}

function secretsOf(thing: Thing): Readonly<Record<string, Secret>> {
  return Object.fromEntries(
    Object.entries(thing.secrets ?? {}).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  )
}

export function effectsOf(thing: Pick<Thing, 'noun' | 'keys'>, state: Found): readonly Effect[] {
  return thing.keys.map((key) => resource(`keystone_${thing.noun}`, key, state, 'run'))
}

/** The id of a thing that is there, or that the plan's own request makes. */
export function idOf(found: Found, noun: Thing['noun']) {
  return found.exists ? (found.id ?? '') : ref(noun, [noun, 'id'])
}

/** The registered result: the thing as the API answered or was found, without anything secret. */
export function resultOf(found: Found, noun: Thing['noun'], outcomes: readonly Outcome[]): Readonly<Record<string, unknown>> {
  const answered = wrapped.safeParse(outcomes.findLast((outcome) => outcome.id === noun)?.http?.body)
  const made = answered.success ? answered.data[noun] : undefined
  const data = made ?? (found.exists ? found.data : undefined)
  if (data === undefined) return {}
  const shown = Object.fromEntries(Object.entries(data).filter(([key]) => key !== 'password' && key !== 'links'))
  return { [noun]: shown, ...(typeof data['id'] === 'string' ? { id: data['id'] } : {}) }
}

const wrapped = z.record(z.string(), z.record(z.string(), z.unknown()))
