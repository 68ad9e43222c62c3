import { args as arg, defineModule, z } from '../runner/module/index.ts'
import { planKeystone } from './_keystone.ts'
import { openIdentity } from './_openstack.ts'
import { authAliases, authArguments } from './_openstack-auth.ts'
import { find } from './_openstack-find.ts'
import { readFrom } from './_openstack-request.ts'
import { resultOf } from './_openstack-resource.ts'

export default defineModule({
  name: 'keystone_role',
  summary: 'Create, change and remove roles of OpenStack Identity.',
  fqcn: ['openstack.cloud.identity_role', 'openstack.cloud.os_keystone_role', 'os_keystone_role'],
  args: z.strictObject({
    ...authArguments,
    name: arg.str(),
    description: arg.str().optional(),
    state: z.enum(['present', 'absent']).default('present'),
  }),
  aliases: { ...authAliases, role: 'name', password: 'login_password' },
  returns: z.object({ role: z.record(z.string(), z.unknown()).optional(), id: z.string().optional() }),
  examples: [
    {
      name: 'A role for people',
      yaml: 'keystone_role:\n  name: user\n  auth: {auth_url: "http://controller:5000/v3", username: admin, password: "{{ keystone_admin_password }}", project_name: admin}\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    return readFrom(openIdentity(host, args, context), async (api) => ({
      api,
      role: await find(api, 'keystone_role', args.name, `/roles?name=${encodeURIComponent(args.name)}`),
    }))
  },
  plan: (state, args) =>
    planKeystone(
      state.api,
      state.role,
      {
        noun: 'role',
        label: `role ${args.name}`,
        keys: [args.name],
        identity: { name: args.name },
        wanted: { description: args.description },
      },
      args.state,
    ),
  result: (state, _args, outcomes) => resultOf(state.role, 'role', outcomes),
})
