import type { Failure } from '../runner/module/index.ts'
import { args as arg, type Change, fail, type HttpPollAction, z } from '../runner/module/index.ts'
import type { Api } from './_openstack.ts'
import { serviceArguments, waitArguments } from './_openstack-auth.ts'
import type { Found } from './_openstack-believed.ts'
import { send } from './_openstack-request.ts'
import { effectsOf } from './_openstack-resource.ts'
import { awaiting } from './_openstack-wait.ts'

export const attachmentArguments = z.strictObject({
  ...serviceArguments,
  ...waitArguments,
  server: arg.str().describe('Instance, by name or id.'),
  volume: arg.str().describe('Volume, by name or id.'),
  device: arg.str().optional().describe('Name that Nova is asked to give the device. Most hypervisors choose their own.'),
  state: z.enum(['present', 'absent']).default('present'),
})

export type AttachmentArguments = z.output<typeof attachmentArguments>

export interface AttachmentState {
  readonly nova: Api
  readonly cinder: Api
  readonly server: Found
  readonly volume: Found
  /** What effects call the volume. */
  readonly keys: readonly string[]
}

const attachment = z.looseObject({ server_id: z.string().optional(), server_name: z.string().optional(), device: z.string().nullish() })
type Attachment = z.output<typeof attachment>

/** Where the volume is attached. In check mode an instance that is still to be made is known by its name alone. */
export function attachmentsOf(volume: Found): readonly Attachment[] {
  return volume.exists
    ? z
        .array(attachment)
        .catch([])
        .parse(volume.data['attachments'] ?? [])
    : []
}

export function attachVolume(state: AttachmentState, args: AttachmentArguments): readonly Change[] | Failure {
  const { nova, server, volume, keys } = state
  if (attachedTo(state, args) !== undefined || !server.exists || !volume.exists) return []
  const [other] = attachmentsOf(volume)
  if (other !== undefined && volume.data['multiattach'] !== true)
    return fail(`volume ${args.volume} is attached to another instance (${other.server_id ?? other.server_name ?? ''})`, {
      hint: 'detach it there first, or make volumes with is_multiattach',
    })
  const what = `attach volume ${args.volume} to ${args.server}`
  const attach = send(nova, {
    id: 'attachment',
    method: 'POST',
    path: ['/servers/', server.id ?? '', '/os-volume_attachments'],
    json: { volumeAttachment: { volumeId: volume.id ?? '', ...(args.device === undefined ? {} : { device: args.device }) } },
    purpose: what,
  })
  // Nova has reserved the volume when it answers: available again means that the attachment failed.
  const wait = args.wait ? [settled(state, args, { until: 'in-use', fails: ['error', 'error_attaching', 'available'] })] : []
  const after = [...attachmentsOf(volume), { server_id: server.id, server_name: args.server, device: args.device }]
  return [{ what, actions: [attach, ...wait], effects: attachmentEffects(volume, keys, after) }]
}

export function detachVolume(state: AttachmentState, args: AttachmentArguments): readonly Change[] {
  const { nova, server, volume, keys } = state
  const held = attachedTo(state, args)
  if (held === undefined || !volume.exists || !server.exists) return []
  const what = `detach volume ${args.volume} from ${args.server}`
  const path = ['/servers/', server.id ?? '', '/os-volume_attachments/', volume.id ?? '']
  const left = attachmentsOf(volume).filter((one) => one.server_id !== held.server_id || one.server_name !== held.server_name)
  const wait = args.wait && left.length === 0 ? [settled(state, args, { until: 'available', fails: ['error', 'error_detaching'] })] : []
  return [
    { what, actions: [send(nova, { method: 'DELETE', path, purpose: what }), ...wait], effects: attachmentEffects(volume, keys, left) },
  ]
}

function attachedTo({ server, volume }: AttachmentState, args: AttachmentArguments): Attachment | undefined {
  const id = server.exists ? server.id : undefined
  return attachmentsOf(volume).find((one) => (one.server_id === undefined ? one.server_name === args.server : one.server_id === id))
}

function settled(
  { cinder, volume }: AttachmentState,
  args: AttachmentArguments,
  how: { readonly until: string; readonly fails: readonly string[] },
): HttpPollAction {
  const field = ['volume', 'status']
  return awaiting(cinder, {
    id: 'volume',
    path: ['/volumes/', volume.exists ? (volume.id ?? '') : ''],
    until: { path: field, values: [how.until] },
    fails: { path: field, values: how.fails },
    timeout: args.timeout,
    purpose: `wait until volume ${args.volume} is ${how.until}`,
  })
}

function attachmentEffects(volume: Found, keys: readonly string[], attachments: readonly Attachment[]) {
  if (!volume.exists) return []
  const status = attachments.length === 0 ? 'available' : 'in-use'
  return effectsOf({ kind: 'cinder_volume', keys }, { ...volume, data: { ...volume.data, status, attachments } })
}
