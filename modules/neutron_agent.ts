import { args as arg, type Change, defineModule, Failure, fail, UnknownState, z } from '../runner/module/index.ts'
import { openNeutron, stateArgument } from './_neutron.ts'
import type { Api } from './_openstack.ts'
import { serviceAliases, serviceArguments } from './_openstack-auth.ts'
import type { Found } from './_openstack-believed.ts'
import { findBy } from './_openstack-find.ts'
import { listAll, reading } from './_openstack-request.ts'
import { changesOf, resultOf, type Thing } from './_openstack-resource.ts'

const schema = z.strictObject({
  ...serviceArguments,
  host: arg.str().describe('Name that the agent reports.'),
  binary: arg.str().default('neutron-linuxbridge-agent'),
  admin_state_up: arg.bool().optional().describe('An agent that is down by wish gets no new networks or ports.'),
  description: arg.str().optional(),
  state: stateArgument.describe('`absent` forgets an agent that was stopped for good.'),
})

type Args = z.output<typeof schema>

interface State {
  readonly api: Api
  readonly agent: Found
}

export default defineModule<Args, State>({
  name: 'neutron_agent',
  summary: 'Switch agents of OpenStack Networking on and off, and forget them.',
  description: 'Agents enter themselves when they start, so none is made here: wait for one with neutron_agent_info.',
  args: schema,
  aliases: serviceAliases,
  returns: z.object({
    agent: z.record(z.string(), z.unknown()).optional().describe('binary, host, alive, admin_state_up …'),
    id: z.string().optional(),
  }),
  examples: [
    {
      name: 'The agent of a compute host that has left',
      yaml: 'neutron_agent:\n  host: old\n  state: absent\n  auth: {auth_url: "http://controller:5000/v3", username: admin, password: "{{ keystone_admin_password }}", project_name: admin}\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    const api = await openNeutron(host, args, context)
    if (api instanceof Failure) return api
    const query = `binary=${encodeURIComponent(args.binary)}&host=${encodeURIComponent(args.host)}`
    const read = async () => (await listAll(api, `/agents?${query}`, 'agents'))[0]
    const agent = await reading(() => findBy(api, thingOf(args), read))
    if (agent instanceof Failure) return agent
    if (host.predicted && !agent.exists && args.state === 'present') throw new UnknownState(`${thingOf(args).label} has still to start`)
    return { api, agent }
  },
  plan({ api, agent }, args): readonly Change[] | Failure {
    if (args.state === 'present' && !agent.exists)
      return fail(`there is no ${args.binary} on ${args.host}`, { hint: 'it enters itself when it starts: look at its log there' })
    return changesOf(api, agent, thingOf(args), args.state)
  },
  result: ({ agent }, args, outcomes) => (args.state === 'absent' ? {} : resultOf(agent, 'agent', outcomes)),
})

function thingOf(args: Args): Thing {
  return {
    noun: 'agent',
    kind: 'neutron_agent',
    path: '/agents',
    label: `${args.binary} of ${args.host}`,
    keys: [`${args.binary} ${args.host}`],
    identity: {},
    wanted: { admin_state_up: args.admin_state_up, description: args.description },
    update: 'PUT',
  }
}
