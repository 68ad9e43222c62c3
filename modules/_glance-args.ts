import { args as arg, z } from '../runner/module/index.ts'
import { serviceArguments, waitArguments } from './_openstack-auth.ts'
import { fileArguments } from './_openstack-content.ts'

const DISK_FORMATS = ['ami', 'ari', 'aki', 'vhd', 'vhdx', 'vmdk', 'raw', 'qcow2', 'vdi', 'iso', 'ploop'] as const
const CONTAINER_FORMATS = ['ami', 'aki', 'ari', 'bare', 'ovf', 'ova', 'docker'] as const

/** The arguments of glance_image. */
export const imageSchema = z
  .strictObject({
    ...serviceArguments,
    ...waitArguments,
    timeout: arg.int().default(3600).describe('Seconds for the upload.'),
    name: arg.str().describe('Name of the image; with `state: absent` its id will do too.'),
    id: arg.str().optional().describe('The id that a new image gets, or of the image that is meant.'),
    ...fileArguments,
    url: z.url().optional().describe('Extension: an address that the managed host downloads the image from (with curl).'),
    checksum: z
      .string()
      .regex(/^((md5|sha256|sha512):)?[0-9a-fA-F]{32,128}$/, 'expected an MD5, or ALGORITHM:HEX with md5, sha256 or sha512')
      .optional()
      .describe('What the bytes must have: an MD5, or `sha256:…`, `sha512:…`. With `url` it tells whether the image is in order.'),
    replace: arg
      .bool()
      .default(false)
      .describe('Extension: put a new image, with a new id, in the place of one with other bytes; without it that is an error.'),
    disk_format: z.enum(DISK_FORMATS).default('qcow2'),
    container_format: z.enum(CONTAINER_FORMATS).default('bare'),
    owner: arg.str().optional().describe('Name or id of the project that owns it; administrators only.'),
    owner_domain: arg.str().default('default'),
    min_disk: arg.int().optional().describe('GB of disk that it needs.'),
    min_ram: arg.int().optional().describe('MB of memory that it needs.'),
    visibility: z.enum(['public', 'private', 'shared', 'community']).optional().describe('A new image is private without it.'),
    is_public: arg.bool().optional().describe('The old way to say visibility public or private.'),
    is_protected: arg.bool().optional().describe('It cannot be removed.'),
    properties: z.record(z.string(), arg.str()).default({}).describe('More properties; others that the image has stay.'),
    tags: arg.list(arg.str()).optional().describe('All tags of the image.'),
    kernel: arg.str().optional().describe('Name or id of a kernel image.'),
    ramdisk: arg.str().optional().describe('Name or id of a ramdisk image.'),
    state: z.enum(['present', 'absent']).default('present'),
  })
  .superRefine((task, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
    if ([task.filename, task.src, task.url].filter((each) => each !== undefined).length > 1)
      refuse('parameters are mutually exclusive: filename|src|url')
    if (task.visibility !== undefined && task.is_public !== undefined) refuse('parameters are mutually exclusive: visibility|is_public')
  })

export type ImageArgs = z.output<typeof imageSchema>

export type ImageDigest = { readonly algorithm: 'md5' | 'sha256' | 'sha512'; readonly hex: string }

/** The checksum of the arguments; one without an algorithm is an MD5, as openstack.cloud has it. */
export function givenDigest(checksum: string): ImageDigest {
  const [first = '', second] = checksum.split(':')
  const algorithm = second === undefined ? 'md5' : first
  const hex = (second ?? first).toLowerCase()
  return algorithm === 'sha512' ? { algorithm: 'sha512', hex } : { algorithm: algorithm === 'sha256' ? 'sha256' : 'md5', hex }
}

/** Undefined where the task does not say. */
export function wantedVisibility(task: ImageArgs): string | undefined {
  if (task.visibility !== undefined) return task.visibility
  return task.is_public === undefined ? undefined : task.is_public ? 'public' : 'private'
}
