import { args as arg, defineModule, Failure, fail, type JsonWithRefs, z } from '../runner/module/index.ts'
import { below, needNetwork, openNeutron, projectArgument, stateArgument } from './_neutron.ts'
import type { Api } from './_openstack.ts'
import { serviceAliases, serviceArguments } from './_openstack-auth.ts'
import type { Found } from './_openstack-believed.ts'
import { type Fields, inAnyOrder } from './_openstack-fields.ts'
import { findNamed } from './_openstack-find.ts'
import { type Owner, ownedKeys, ownerOf } from './_openstack-project.ts'
import { readFrom } from './_openstack-request.ts'
import { planThing, resultOf } from './_openstack-resource.ts'

const IPV6_MODES = ['dhcpv6-stateful', 'dhcpv6-stateless', 'slaac'] as const

const subnetArguments = z
  .strictObject({
    ...serviceArguments,
    name: arg.str().describe('Name or id.'),
    network: arg.str().optional().describe('Name or id of its network; needed to create it.'),
    cidr: arg.str().optional().describe('`192.168.100.0/24`; cannot be changed later.'),
    ip_version: z
      .union([z.literal(4), z.literal(6), z.literal('4'), z.literal('6')])
      .default(4)
      .transform(Number),
    description: arg.str().optional(),
    gateway_ip: arg.str().optional().describe('Default: the first address.'),
    disable_gateway_ip: arg.bool().default(false),
    is_dhcp_enabled: arg.bool().optional().describe('A new subnet has DHCP.'),
    allocation_pool_start: arg.str().optional(),
    allocation_pool_end: arg.str().optional(),
    allocation_pools: arg
      .list(z.strictObject({ start: arg.str(), end: arg.str() }))
      .optional()
      .describe('Several ranges at once.'),
    dns_nameservers: arg.list(arg.str()).optional(),
    host_routes: arg.list(z.strictObject({ destination: arg.str(), nexthop: arg.str() })).optional(),
    ipv6_ra_mode: z.enum(IPV6_MODES).optional(),
    ipv6_address_mode: z.enum(IPV6_MODES).optional(),
    extra_attrs: z.record(z.string(), z.json()).default({}).describe('Other fields of the API.'),
    project: projectArgument,
    state: stateArgument,
  })
  .superRefine((args, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
    if (args.disable_gateway_ip && args.gateway_ip !== undefined) refuse('disable_gateway_ip and gateway_ip exclude each other')
    if ((args.allocation_pool_start === undefined) !== (args.allocation_pool_end === undefined))
      refuse('allocation_pool_start and allocation_pool_end belong together')
    if (args.state === 'present' && args.network === undefined) refuse('state present needs network')
  })

type SubnetArguments = z.output<typeof subnetArguments>

interface SubnetState {
  readonly api: Api
  readonly owner: Owner
  readonly network: Found | undefined
  readonly subnet: Found
}

export default defineModule({
  name: 'neutron_subnet',
  summary: 'Create, change and remove subnets of OpenStack Networking.',
  description: 'What is not given stays as it is; a new subnet gets the default of Neutron.',
  fqcn: ['openstack.cloud.subnet', 'openstack.cloud.os_subnet', 'os_subnet'],
  args: subnetArguments,
  aliases: {
    ...serviceAliases,
    network_name: 'network',
    enable_dhcp: 'is_dhcp_enabled',
    no_gateway_ip: 'disable_gateway_ip',
    extra_specs: 'extra_attrs',
  },
  returns: z.object({
    subnet: z.record(z.string(), z.unknown()).optional().describe("As the API has it, and by openstacksdk's names (`is_dhcp_enabled` …)."),
    id: z.string().optional(),
  }),
  examples: [
    {
      name: 'Addresses for instances',
      yaml: 'neutron_subnet:\n  name: lan4\n  network: lan\n  cidr: 192.168.100.0/24\n  gateway_ip: 192.168.100.1\n  allocation_pool_start: 192.168.100.10\n  allocation_pool_end: 192.168.100.100\n  auth: {auth_url: "http://controller:5000/v3", username: admin, password: "{{ keystone_admin_password }}", project_name: admin}\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    return readFrom(openNeutron(host, args, context), (api) => readSubnet(api, args))
  },
  plan({ api, owner, network, subnet }: SubnetState, args) {
    if (!subnet.exists && args.state === 'present' && args.cidr === undefined && !PREFIX_SOURCES.some((key) => key in args.extra_attrs))
      return fail(`subnet ${args.name} is not there, and without cidr it cannot be made`)
    const thing = {
      noun: 'subnet',
      kind: 'neutron_subnet',
      path: '/subnets',
      label: `subnet ${args.name}`,
      keys: ownedKeys(owner, args.name),
      identity: { name: args.name, network_id: network?.exists === true ? (network.id ?? '') : undefined, project_id: owner.id },
      fixed: fixedFields(args),
      wanted: wantedFields(args, subnet),
      update: 'PUT',
    } as const
    return planThing(api, subnet, thing, args.state)
  },
  result: (state, args, outcomes) => (args.state === 'absent' ? {} : resultOf(state.subnet, 'subnet', outcomes, NAMES)),
})

/** Fields that let Neutron choose the addresses. */
const PREFIX_SOURCES = ['subnetpool_id', 'use_default_subnetpool', 'prefixlen']

/** openstacksdk's names of the API's fields. */
const NAMES = { is_dhcp_enabled: 'enable_dhcp', subnet_pool_id: 'subnetpool_id' }

async function readSubnet(api: Api, args: SubnetArguments): Promise<SubnetState | Failure> {
  const owner = await ownerOf(api, args.project)
  if (owner instanceof Failure) return owner
  const network = args.network === undefined ? undefined : await needNetwork(api, owner, args.network)
  if (network instanceof Failure && args.state === 'present') return network
  const parent = network instanceof Failure ? undefined : network
  const subnet = await findNamed(parent === undefined ? api : below(api, parent), {
    kind: 'neutron_subnet',
    keys: ownedKeys(owner, args.name),
    path: '/subnets',
    noun: 'subnet',
    nameOrId: args.name,
    query: parent?.id === undefined || parent.id === '' ? undefined : `network_id=${parent.id}`,
  })
  return { api, owner, network: parent, subnet }
}

function fixedFields(args: SubnetArguments): Fields {
  const { cidr, ip_version, ipv6_ra_mode, ipv6_address_mode } = args
  return { cidr, ip_version, ipv6_ra_mode, ipv6_address_mode }
}

function wantedFields(args: SubnetArguments, subnet: Found): Fields {
  const is = subnet.exists ? subnet.data : {}
  const pools = args.allocation_pools ?? poolOf(args)
  return {
    ...args.extra_attrs,
    description: args.description,
    enable_dhcp: args.is_dhcp_enabled,
    gateway_ip: args.disable_gateway_ip ? null : args.gateway_ip,
    allocation_pools: inAnyOrder(is['allocation_pools'], pools),
    dns_nameservers: inAnyOrder(is['dns_nameservers'], args.dns_nameservers),
    host_routes: inAnyOrder(is['host_routes'], args.host_routes),
  }
}

function poolOf({ allocation_pool_start: start, allocation_pool_end: end }: SubnetArguments): readonly JsonWithRefs[] | undefined {
  return start === undefined || end === undefined ? undefined : [{ start, end }]
}
