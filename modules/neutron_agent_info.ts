import { args as arg, defineModule, Failure, z } from '../runner/module/index.ts'
import { openNeutron } from './_neutron.ts'
import { running } from './_openstack.ts'
import { serviceAliases, serviceArguments } from './_openstack-auth.ts'
import { listAll, reading } from './_openstack-request.ts'

export default defineModule({
  name: 'neutron_agent_info',
  summary: 'List the agents of OpenStack Networking with their state.',
  args: z.strictObject({
    ...serviceArguments,
    binary: arg.str().optional().describe('Only this program: `neutron-dhcp-agent`.'),
    host: arg.str().optional().describe('Only on this host.'),
  }),
  aliases: serviceAliases,
  returns: z.object({
    agents: z.array(z.record(z.string(), z.unknown())).describe('binary, agent_type, host, alive, admin_state_up …'),
  }),
  examples: [
    {
      name: 'Wait for the agents of a host',
      yaml: 'neutron_agent_info:\n  host: compute\n  auth: {auth_url: "http://controller:5000/v3", username: admin, password: "{{ keystone_admin_password }}", project_name: admin}\nregister: agents\nuntil: agents.agents | selectattr("alive") | length > 0\nretries: 30\ndelay: 2\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    const api = running(await openNeutron(host, args, context), 'the agents of Neutron')
    if (api instanceof Failure) return api
    const filters = Object.entries({ binary: args.binary, host: args.host })
    const query = filters.flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${encodeURIComponent(value)}`])).join('&')
    const agents = await reading(() => listAll(api, `/agents${query === '' ? '' : `?${query}`}`, 'agents'))
    return agents instanceof Failure ? agents : { agents }
  },
  plan: () => [],
  result: ({ agents }) => ({ agents }),
})
