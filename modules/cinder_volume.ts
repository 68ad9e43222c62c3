import { type Change, defineModule, type Failure, fail, z } from '../runner/module/index.ts'
import { findType, findVolume, openCinder, volumeKeys } from './_cinder.ts'
import { createVolume, removeVolume } from './_cinder-volume.ts'
import { volumeArguments } from './_cinder-volume-args.ts'
import { changeVolume } from './_cinder-volume-change.ts'
import { serviceAliases } from './_openstack-auth.ts'
import { ABSENT, type Found } from './_openstack-believed.ts'
import { readFrom } from './_openstack-request.ts'
import { resultOf } from './_openstack-resource.ts'

export default defineModule({
  name: 'cinder_volume',
  summary: 'Create, grow, change and remove volumes of OpenStack Block Storage.',
  fqcn: ['openstack.cloud.volume', 'openstack.cloud.os_volume', 'os_volume'],
  args: volumeArguments,
  aliases: {
    ...serviceAliases,
    display_name: 'name',
    display_description: 'description',
    snapshot_id: 'snapshot',
    bootable: 'is_bootable',
    multiattach: 'is_multiattach',
  },
  returns: z.object({ volume: z.record(z.string(), z.unknown()).optional(), id: z.string().optional() }),
  examples: [
    {
      name: 'A volume of 1 GB',
      yaml: 'cinder_volume:\n  name: test\n  size: 1\n  auth_url: http://controller:5000/v3\n  login_user: joe\n  login_password: "{{ keystone_joe_password }}"\n  login_project_name: trial\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    return readFrom(openCinder(host, args, context), async (api) => {
      const [volume, type, source] = await Promise.all([
        findVolume(api, args.name),
        args.volume_type === undefined || args.state === 'absent' ? undefined : findType(api, args.volume_type),
        args.volume === undefined || args.state === 'absent' ? ABSENT : findVolume(api, args.volume),
      ])
      if (type?.exists === false)
        return fail(`there is no volume type ${args.volume_type ?? ''}`, { hint: 'make it with cinder_type first' })
      return { api, volume, source, type, keys: volumeKeys(api, args.name) }
    })
  },
  plan(state, args): readonly Change[] | Failure {
    if (args.state === 'absent') return removeVolume(state, args)
    return state.volume.exists ? changeVolume(state, args) : createVolume(state, args)
  },
  result(state, args, outcomes) {
    // What was waited for tells more than what the server answered to the wish.
    const renamed = outcomes.map((outcome) => (outcome.id === 'ready' ? { ...outcome, id: 'volume' } : outcome))
    const found: Found = args.state === 'absent' ? ABSENT : state.volume
    return resultOf(found, 'volume', renamed)
  },
})
