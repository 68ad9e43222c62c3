import { args as arg, defineModule, z } from '../runner/module/index.ts'
import { findGroup, type Owned, openNeutron, projectArgument, readOwned, stateArgument } from './_neutron.ts'
import { serviceAliases, serviceArguments } from './_openstack-auth.ts'
import { ownedKeys } from './_openstack-project.ts'
import { readFrom } from './_openstack-request.ts'
import { changesOf, resultOf } from './_openstack-resource.ts'

export default defineModule({
  name: 'neutron_security_group',
  summary: 'Create, change and remove security groups of OpenStack Networking.',
  description: 'The rules of a group are those of neutron_security_group_rule.',
  fqcn: ['openstack.cloud.security_group', 'openstack.cloud.os_security_group', 'os_security_group'],
  args: z.strictObject({
    ...serviceArguments,
    name: arg.str().describe('Name or id.'),
    description: arg.str().optional(),
    stateful: arg.bool().optional().describe('Answers to what is let in may leave; a new group is stateful.'),
    project: projectArgument,
    state: stateArgument,
  }),
  aliases: serviceAliases,
  returns: z.object({ security_group: z.record(z.string(), z.unknown()).optional(), id: z.string().optional() }),
  examples: [
    {
      name: 'A group for web servers',
      yaml: 'neutron_security_group:\n  name: web\n  description: HTTP from anywhere\n  auth: {auth_url: "http://controller:5000/v3", username: joe, password: "{{ keystone_joe_password }}", project_name: trial}\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    return readFrom(openNeutron(host, args, context), (api) => readOwned(api, args, findGroup))
  },
  plan: ({ api, owner, found }: Owned, args) =>
    changesOf(
      api,
      found,
      {
        noun: 'security_group',
        kind: 'neutron_security_group',
        path: '/security-groups',
        label: `security group ${args.name}`,
        keys: ownedKeys(owner, args.name),
        identity: { name: args.name, project_id: owner.id },
        wanted: { description: args.description, stateful: args.stateful },
        update: 'PUT',
      },
      args.state,
    ),
  result: (state, args, outcomes) => (args.state === 'absent' ? {} : resultOf(state.found, 'security_group', outcomes)),
})
