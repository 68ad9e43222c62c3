import { args as arg, defineModule, z } from '../runner/module/index.ts'
import { findNetwork, networkKeys, type Owned, openNeutron, projectArgument, readOwned, stateArgument } from './_neutron.ts'
import { serviceAliases, serviceArguments } from './_openstack-auth.ts'
import { readFrom } from './_openstack-request.ts'
import { planThing, resultOf, type Thing } from './_openstack-resource.ts'

const networkArguments = z.strictObject({
  ...serviceArguments,
  name: arg.str().describe('Name or id.'),
  description: arg.str().optional(),
  shared: arg.bool().optional().describe('Other projects may use it; a new network is not shared.'),
  admin_state_up: arg.bool().optional().describe('A new network is up.'),
  external: arg.bool().optional().describe('Routers may use it as the way out.'),
  provider_physical_network: arg.str().optional().describe('Name that the agents map to an interface; cannot be changed later.'),
  provider_network_type: arg.str().optional().describe('`flat`, `vlan`, `vxlan` …; cannot be changed later.'),
  provider_segmentation_id: arg.int().optional().describe('VLAN or tunnel number; cannot be changed later.'),
  port_security_enabled: arg.bool().optional(),
  mtu: arg.int().optional(),
  dns_domain: arg.str().optional(),
  project: projectArgument,
  state: stateArgument,
})

export default defineModule({
  name: 'neutron_network',
  summary: 'Create, change and remove networks of OpenStack Networking.',
  description: 'What is not given stays as it is; a new network gets the default of Neutron.',
  fqcn: ['openstack.cloud.network', 'openstack.cloud.os_network', 'os_network'],
  args: networkArguments,
  aliases: {
    ...serviceAliases,
    mtu_size: 'mtu',
    provider_physical: 'provider_physical_network',
    is_admin_state_up: 'admin_state_up',
    is_shared: 'shared',
    is_router_external: 'external',
  },
  returns: z.object({
    network: z.record(z.string(), z.unknown()).optional().describe("As the API has it, and by openstacksdk's names (`is_shared` …)."),
    id: z.string().optional(),
  }),
  examples: [
    {
      name: 'The flat network of all projects',
      yaml: 'neutron_network:\n  name: lan\n  shared: true\n  provider_network_type: flat\n  provider_physical_network: provider\n  auth: {auth_url: "http://controller:5000/v3", username: admin, password: "{{ keystone_admin_password }}", project_name: admin}\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    return readFrom(openNeutron(host, args, context), (api) => readOwned(api, args, findNetwork))
  },
  plan({ api, owner, found }: Owned, args) {
    const thing: Thing = {
      noun: 'network',
      kind: 'neutron_network',
      path: '/networks',
      label: `network ${args.name}`,
      keys: networkKeys(owner, args.name),
      identity: { name: args.name, project_id: owner.id },
      fixed: {
        'provider:network_type': args.provider_network_type,
        'provider:physical_network': args.provider_physical_network,
        'provider:segmentation_id': args.provider_segmentation_id,
      },
      wanted: {
        description: args.description,
        shared: args.shared,
        admin_state_up: args.admin_state_up,
        'router:external': args.external,
        port_security_enabled: args.port_security_enabled,
        mtu: args.mtu,
        dns_domain: args.dns_domain,
      },
      update: 'PUT',
    }
    return planThing(api, found, thing, args.state)
  },
  result: (state, args, outcomes) => (args.state === 'absent' ? {} : resultOf(state.found, 'network', outcomes, NAMES)),
})

/** openstacksdk's names of the API's fields. */
const NAMES = {
  is_admin_state_up: 'admin_state_up',
  is_shared: 'shared',
  is_router_external: 'router:external',
  is_port_security_enabled: 'port_security_enabled',
  provider_network_type: 'provider:network_type',
  provider_physical_network: 'provider:physical_network',
  provider_segmentation_id: 'provider:segmentation_id',
  subnet_ids: 'subnets',
}
