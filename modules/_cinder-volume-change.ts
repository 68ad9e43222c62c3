import { type Change, type Failure, fail, type HttpAction, type HttpPollAction } from '../runner/module/index.ts'
import { bootability, KIND, ready, type VolumeState } from './_cinder-volume.ts'
import type { VolumeArguments } from './_cinder-volume-args.ts'
import { differing, fieldDiff, type GivenFields } from './_openstack-fields.ts'
import { send } from './_openstack-request.ts'
import { effectsOf } from './_openstack-resource.ts'

/** Brings in line what can be changed, and refuses what cannot. */
export function changeVolume(state: VolumeState, args: VolumeArguments): readonly Change[] | Failure {
  const { volume } = state
  if (!volume.exists) return []
  const refused = whatCannotChange(volume.data, state, args)
  if (refused !== undefined) return refused
  const edits = [growth(state, args, volume.data), description(state, args, volume.data), bootFlag(state, args, volume.data)]
  return edits.flatMap((edit, index) => {
    if (edit === undefined) return []
    const fields = Object.fromEntries(edits.slice(0, index + 1).flatMap((one) => Object.entries(one?.fields ?? {})))
    const after = { ...volume, data: { ...volume.data, ...fields } }
    const diff = fieldDiff(`volume ${args.name}`, volume.data, edit.fields)
    return [{ what: edit.what, actions: edit.actions, effects: effectsOf({ kind: KIND, keys: state.keys }, after), diff }]
  })
}

interface Edit {
  readonly what: string
  readonly actions: readonly (HttpAction | HttpPollAction)[]
  readonly fields: GivenFields
}

function whatCannotChange(data: Data, { type }: VolumeState, args: VolumeArguments): Failure | undefined {
  const { size } = data
  if (args.size !== undefined && typeof size === 'number' && args.size < size)
    return fail(`volume ${args.name} has ${String(size)} GB and cannot shrink to ${String(args.size)}`)
  const typeName = type?.exists === true ? type.data['name'] : undefined
  if (typeof typeName === 'string' && typeof data['volume_type'] === 'string' && data['volume_type'] !== typeName)
    return fail(`volume ${args.name} is of the type ${data['volume_type']}, not ${typeName}`, {
      hint: 'its type is changed by `openstack volume set --type … --retype-policy on-demand`, which may move its data',
    })
  return undefined
}

type Data = Readonly<Record<string, unknown>>

function growth(state: VolumeState, args: VolumeArguments, data: Data): Edit | undefined {
  const { size } = data
  if (args.size === undefined || typeof size !== 'number' || args.size <= size) return undefined
  const id = idOf(state)
  const what = `grow volume ${args.name} from ${String(size)} to ${String(args.size)} GB`
  const extend = send(state.api, {
    method: 'POST',
    path: ['/volumes/', id, '/action'],
    json: { 'os-extend': { new_size: args.size } },
    purpose: what,
  })
  const wait = args.wait ? [ready(state.api, id, args)] : []
  return { what, actions: [extend, ...wait], fields: { size: args.size } }
}

function description(state: VolumeState, args: VolumeArguments, data: Data): Edit | undefined {
  const metadata = isRecord(data['metadata']) ? data['metadata'] : {}
  const merged = args.metadata === undefined ? undefined : { ...stringsOf(metadata), ...args.metadata }
  const fields = differing(data, { description: args.description, metadata: merged })
  if (Object.keys(fields).length === 0) return undefined
  const what = `change ${Object.keys(fields).join(', ')} of volume ${args.name}`
  const update = send(state.api, { id: 'volume', method: 'PUT', path: ['/volumes/', idOf(state)], json: { volume: fields }, purpose: what })
  return { what, actions: [update], fields }
}

/** The API says it in a text: "true" or "false". */
function bootFlag(state: VolumeState, args: VolumeArguments, data: Data): Edit | undefined {
  const { is_bootable: bootable } = args
  if (bootable === undefined || String(data['bootable']) === String(bootable)) return undefined
  const what = `make volume ${args.name} ${bootable ? 'bootable' : 'not bootable'}`
  return { what, actions: [bootability(state.api, idOf(state), bootable)], fields: { bootable: String(bootable) } }
}

function idOf({ volume }: VolumeState): string {
  return volume.exists ? (volume.id ?? '') : ''
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function stringsOf(values: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]))
}
