import { type Change, type Failure, fail, type HttpAction, type HttpPollAction, ref } from '../runner/module/index.ts'
import type { VolumeArguments } from './_cinder-volume-args.ts'
import type { Api } from './_openstack.ts'
import { ABSENT, type Found } from './_openstack-believed.ts'
import { fieldDiff, given } from './_openstack-fields.ts'
import { type Id, send } from './_openstack-request.ts'
import { effectsOf } from './_openstack-resource.ts'
import { awaiting } from './_openstack-wait.ts'

export interface VolumeState {
  readonly api: Api
  readonly volume: Found
  /** What a new volume is a copy of. */
  readonly source: Found
  readonly type: Found | undefined
  readonly keys: readonly string[]
}

export const KIND = 'cinder_volume'

export function createVolume(state: VolumeState, args: VolumeArguments): readonly Change[] | Failure {
  const { api, source, keys } = state
  if (args.volume !== undefined && !source.exists) return fail(`there is no volume ${args.volume} to copy`)
  if ([args.size, args.snapshot, args.volume].every((one) => one === undefined))
    return fail(`a new volume needs a size`, { hint: 'give size, in gigabytes' })
  const fields = given({
    name: args.name,
    size: args.size,
    description: args.description,
    volume_type: args.volume_type,
    availability_zone: args.availability_zone,
    imageRef: args.image,
    snapshot_id: args.snapshot,
    source_volid: source.exists ? source.id : undefined,
    multiattach: args.is_multiattach,
    metadata: args.metadata,
  })
  const what = `create volume ${args.name}${args.size === undefined ? '' : ` (${String(args.size)} GB)`}`
  const id = ref('volume', ['volume', 'id'])
  const create = send(api, { id: 'volume', method: 'POST', path: ['/volumes'], json: { volume: fields }, purpose: what })
  const boot = args.is_bootable === true && args.image === undefined ? [bootability(api, id, true)] : []
  // What must wait for the volume does so even where nobody asked to.
  const wait = args.wait || boot.length > 0 ? [ready(api, id, args)] : []
  const bootable = String(args.is_bootable ?? args.image !== undefined)
  const data = { ...fields, bootable, status: 'available', attachments: [] }
  return [
    {
      what,
      actions: [create, ...wait, ...boot],
      effects: effectsOf({ kind: KIND, keys }, { exists: true, data }),
      diff: fieldDiff(`volume ${args.name}`, {}, fields),
    },
  ]
}

export function removeVolume({ api, volume, keys }: VolumeState, args: VolumeArguments): readonly Change[] | Failure {
  if (!volume.exists) return []
  if (volume.data['status'] === 'in-use')
    return fail(`the volume ${args.name} is attached to an instance`, { hint: 'detach it first, with cinder_attachment' })
  const what = `remove volume ${args.name}`
  const path = ['/volumes/', volume.id ?? '']
  const wait = args.wait
    ? [
        awaiting(api, {
          path,
          until: 'gone',
          fails: status(['error_deleting']),
          timeout: args.timeout,
          purpose: `wait until volume ${args.name} is gone`,
        }),
      ]
    : []
  return [
    {
      what,
      actions: [send(api, { method: 'DELETE', path, purpose: what }), ...wait],
      effects: effectsOf({ kind: KIND, keys }, ABSENT, volume.id),
    },
  ]
}

export function bootability(api: Api, id: Id, bootable: boolean): HttpAction {
  const path = ['/volumes/', id, '/action']
  return send(api, { method: 'POST', path, json: { 'os-set_bootable': { bootable } }, purpose: `say whether it is bootable` })
}

export function ready(api: Api, id: Id, args: VolumeArguments): HttpPollAction {
  return awaiting(api, {
    id: 'ready',
    path: ['/volumes/', id],
    until: status(['available', 'in-use']),
    fails: status(['error', 'error_extending', 'error_managing']),
    timeout: args.timeout,
    purpose: `wait until volume ${args.name} is ready`,
  })
}

function status(values: readonly string[]) {
  return { path: ['volume', 'status'], values }
}
