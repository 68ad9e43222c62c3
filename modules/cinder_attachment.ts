import { type Change, defineModule, Failure, fail, z } from '../runner/module/index.ts'
import { findVolume, openCinder, volumeKeys } from './_cinder.ts'
import {
  type AttachmentArguments,
  type AttachmentState,
  attachmentArguments,
  attachmentsOf,
  attachVolume,
  detachVolume,
} from './_cinder-attachment.ts'
import { openService } from './_openstack.ts'
import { serviceAliases } from './_openstack-auth.ts'
import { findNamed, looksLikeId } from './_openstack-find.ts'
import { reading } from './_openstack-request.ts'

export default defineModule<AttachmentArguments, AttachmentState>({
  name: 'cinder_attachment',
  summary: 'Attach volumes of OpenStack Block Storage to instances of OpenStack Compute, and detach them.',
  fqcn: ['openstack.cloud.server_volume', 'openstack.cloud.os_server_volume', 'os_server_volume'],
  args: attachmentArguments,
  aliases: serviceAliases,
  returns: z.object({ attachments: z.array(z.record(z.string(), z.unknown())) }),
  examples: [
    {
      name: 'The volume test at the instance vm1',
      yaml: 'cinder_attachment:\n  server: vm1\n  volume: test\n  auth_url: http://controller:5000/v3\n  login_user: joe\n  login_password: "{{ keystone_joe_password }}"\n  login_project_name: trial\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    const [nova, cinder] = await Promise.all([
      openService(host, { ...args, endpoint: undefined }, context, { service: 'compute' }),
      openCinder(host, args, context),
    ])
    if (nova instanceof Failure) return nova
    if (cinder instanceof Failure) return cinder
    return reading(async () => {
      const keys = looksLikeId(args.server) ? [args.server] : [`${nova.auth.project}/${args.server}`, args.server]
      const named = { kind: 'nova_server', keys, path: '/servers', noun: 'server', nameOrId: exactly(args.server) }
      const [server, volume] = await Promise.all([
        findNamed(nova, looksLikeId(args.server) ? { ...named, nameOrId: args.server } : named),
        findVolume(cinder, args.volume),
      ])
      if (args.state === 'present' && !server.exists) return fail(`there is no instance ${args.server}`)
      if (args.state === 'present' && !volume.exists)
        return fail(`there is no volume ${args.volume}`, { hint: 'make it with cinder_volume first' })
      return { nova, cinder, server, volume, keys: volumeKeys(cinder, args.volume) }
    })
  },
  plan: (state, args): readonly Change[] | Failure => (args.state === 'present' ? attachVolume(state, args) : detachVolume(state, args)),
  result(state, _args, outcomes) {
    const answer = body.safeParse(outcomes.find(({ id }) => id === 'volume')?.http?.body)
    return { attachments: answer.success ? answer.data.volume.attachments : attachmentsOf(state.volume) }
  },
})

const body = z.looseObject({ volume: z.looseObject({ attachments: z.array(z.record(z.string(), z.unknown())) }) })

/** Nova reads a name in a search as a regular expression. */
function exactly(name: string): string {
  return `^${name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`
}
