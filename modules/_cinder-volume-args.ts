import { args as arg, z } from '../runner/module/index.ts'
import { serviceArguments, waitArguments } from './_openstack-auth.ts'

export const volumeArguments = z.strictObject({
  ...serviceArguments,
  ...waitArguments,
  name: arg.str().describe('Name of the volume, or its id.'),
  size: arg.int().optional().describe('Gigabytes. A volume can grow, not shrink. A new one needs it where it is not made from another.'),
  description: arg.str().optional(),
  volume_type: arg.str().optional().describe('Type by name or id; default: the default type of Cinder.'),
  availability_zone: arg.str().optional(),
  image: arg.str().optional().describe('Id of the image that a new volume is a copy of.'),
  snapshot: arg.str().optional().describe('Id of the snapshot that a new volume is made from.'),
  volume: arg.str().optional().describe('Volume, by name or id, that a new one is a copy of.'),
  is_bootable: arg.bool().optional().describe('Whether instances may start from it.'),
  is_multiattach: arg.bool().optional().describe('Whether several instances may have a new volume at a time.'),
  metadata: z.record(z.string(), arg.str()).optional().describe('Pairs that it has; others stay.'),
  state: z.enum(['present', 'absent']).default('present'),
})

export type VolumeArguments = z.output<typeof volumeArguments>
