import { args as arg, z } from '../runner/module/index.ts'
import { textOrSecret } from './_arguments.ts'
import { serviceArguments, waitArguments } from './_openstack-auth.ts'

const nicFields = z.strictObject({
  'net-id': arg.str().optional(),
  'net-name': arg.str().optional(),
  'port-id': arg.str().optional(),
  'port-name': arg.str().optional(),
  'v4-fixed-ip': arg.str().optional(),
  'v6-fixed-ip': arg.str().optional(),
  fixed_ip: arg.str().optional(),
  tag: arg.str().optional(),
})

export type Nic = z.output<typeof nicFields>

/** `net-name=lan` is `{net-name: lan}`. */
const nic = z.preprocess((value): unknown => {
  const pair = typeof value === 'string' ? /^([^=]+)=(.*)$/.exec(value.trim()) : null
  return pair === null ? value : { [pair[1] ?? '']: pair[2] }
}, nicFields)

/** `a=1,b=2` is `{a: 1, b: 2}`. */
const metadata = z.preprocess(
  (value): unknown =>
    typeof value === 'string' ? Object.fromEntries(value.split(',').map((pair) => pair.split(/=(.*)/s).slice(0, 2))) : value,
  z.record(z.string(), arg.str()),
)

/** The arguments of the module nova_server. */
export const serverArguments = z
  .strictObject({
    ...serviceArguments,
    name: arg.str().describe('Name or id.'),
    state: z
      .enum(['present', 'absent', 'started', 'stopped'])
      .default('present')
      .describe('`present` does not care whether it runs; `started` and `stopped` make a missing one first.'),
    image: arg.str().optional().describe('Name or id of the image that a new server boots.'),
    flavor: arg.str().optional().describe('Name or id.'),
    network: arg.str().optional().describe('Name or id; default: the one network that the project can use.'),
    nics: arg
      .list(nic)
      .optional()
      .describe('`net-name`, `net-id`, `port-name` or `port-id` each, with `fixed_ip` and `tag`; or `net-name=lan`.'),
    key_name: arg.str().optional().describe('Key pair of the user who logs in.'),
    security_groups: arg.list(arg.str()).optional().describe("All of them; a new server has the project's `default`."),
    userdata: textOrSecret().optional().describe('For cloud-init, as it is.'),
    meta: metadata.optional(),
    config_drive: arg.bool().optional(),
    availability_zone: arg.str().optional(),
    description: arg.str().optional(),
    scheduler_hints: z.record(z.string(), z.json()).optional(),
    boot_from_volume: arg.bool().default(false).describe('Boot from a new volume made of the image.'),
    volume_size: arg.int().optional().describe('Gigabytes of that volume.'),
    boot_volume: arg.str().optional().describe('Boot from this volume, by name or id, instead of an image.'),
    terminate_volume: arg.bool().default(false).describe('The volume that it boots from goes with the server.'),
    volumes: arg.list(arg.str()).default([]).describe('Volumes that a new server has besides.'),
    auto_ip: arg.bool().default(false).describe('Floating addresses are not given: only `false`.'),
    ...waitArguments,
  })
  .superRefine((args, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
    if (args.auto_ip) refuse('auto_ip: floating addresses are not supported')
    if (args.network !== undefined && args.nics !== undefined) refuse('network and nics exclude each other')
    if (args.image !== undefined && args.boot_volume !== undefined) refuse('image and boot_volume exclude each other')
    if (args.boot_from_volume && (args.volume_size === undefined || args.image === undefined))
      refuse('boot_from_volume needs image and volume_size')
    for (const one of args.nics ?? [])
      if (!['net-id', 'net-name', 'port-id', 'port-name'].some((key) => key in one))
        refuse('each of nics needs net-id, net-name, port-id or port-name')
  })

export type ServerArguments = z.output<typeof serverArguments>
