import { defineModule, Failure, type Outcome, z } from '../runner/module/index.ts'
import { compareBytes, findImage, findOwner, readImage } from './_glance.ts'
import { imageSchema } from './_glance-args.ts'
import { planImage } from './_glance-plan.ts'
import { openService } from './_openstack.ts'
import { serviceAliases } from './_openstack-auth.ts'
import { reading } from './_openstack-request.ts'
import { Refused } from './_openstack-session.ts'

export default defineModule({
  name: 'glance_image',
  fqcn: ['openstack.cloud.image', 'openstack.cloud.os_image', 'os_image'],
  summary: 'Upload, change and remove images.',
  description: [
    'The bytes come from a file of the controller (`src`), a file of the managed host (`filename`) or an address (`url`), and are streamed.',
    'An image that has them already, by its checksum, is not uploaded again; one with other bytes is an error unless `replace`.',
  ].join(' '),
  args: imageSchema,
  aliases: { ...serviceAliases, project: 'owner', project_domain: 'owner_domain', protected: 'is_protected' },
  returns: z.object({ image: z.record(z.string(), z.unknown()).optional(), id: z.string().optional() }),
  examples: [
    {
      name: 'A file of the controller',
      yaml: 'glance_image:\n  name: Cirros 0.3.0\n  src: cirros-0.3.0-x86_64-disk.img\n  disk_format: qcow2\n  visibility: public\n  properties: {os_distro: cirros}\n  auth: {auth_url: http://controller:5000/v3, username: admin, password: "{{ keystone_admin_password }}", project_name: admin}\n',
      lab: false,
    },
    {
      name: 'An address, with the checksum that its bytes must have',
      yaml: 'glance_image:\n  name: debian-12\n  url: https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-generic-amd64.qcow2\n  checksum: sha512:{{ debian_image_sha512 }}\n  auth: {auth_url: http://controller:5000/v3, username: admin, password: "{{ keystone_admin_password }}", project_name: admin}\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    const [api, content] = await Promise.all([
      openService(host, args, context, { service: 'image' }),
      args.state === 'absent' ? undefined : readImage(host, args, context),
    ])
    if (api instanceof Failure) return api
    if (content instanceof Failure) return content
    return reading(async () => {
      const owner = await findOwner(host, args, context)
      if (owner instanceof Failure) return owner
      const part = async (name: string | undefined): Promise<string | undefined> => {
        if (name === undefined) return undefined
        const found = await findImage(api, name)
        if (!found.exists)
          throw new Refused(`there is no image ${name}`, 'upload the kernel and the ramdisk before the image that needs them')
        return found.id ?? ''
      }
      const [image, kernel, ramdisk] = await Promise.all([
        findImage(api, args.id ?? args.name, owner === undefined ? '' : `&owner=${owner}`),
        part(args.kernel),
        part(args.ramdisk),
      ])
      const bytes =
        image.exists && content !== undefined && image.data['status'] !== 'queued'
          ? await compareBytes(image.data, content, args)
          : undefined
      return { api, image, owner, kernel, ramdisk, content, bytes }
    })
  },
  plan: planImage,
  result({ image }, args, outcomes) {
    if (args.state === 'absent') return {}
    const data = answered(outcomes) ?? (image.exists ? image.data : undefined)
    return data === undefined ? {} : { image: data, ...(typeof data['id'] === 'string' ? { id: data['id'] } : {}) }
  },
})

const record = z.record(z.string(), z.unknown())

/** The image as the last request that tells of it gave it. */
function answered(outcomes: readonly Outcome[]): Readonly<Record<string, unknown>> | undefined {
  const outcome = outcomes.findLast(({ id }) => id === 'after' || id === 'image')
  const parsed = record.safeParse(outcome?.http?.body)
  return parsed.success ? parsed.data : undefined
}
