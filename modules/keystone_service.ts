import { args as arg, defineModule, z } from '../runner/module/index.ts'
import { planKeystone } from './_keystone.ts'
import { openIdentity } from './_openstack.ts'
import { authAliases, authArguments } from './_openstack-auth.ts'
import { find } from './_openstack-find.ts'
import { readFrom } from './_openstack-request.ts'
import { resultOf } from './_openstack-resource.ts'

export default defineModule({
  name: 'keystone_service',
  summary: 'Register services in the catalogue of OpenStack Identity.',
  fqcn: ['openstack.cloud.catalog_service', 'openstack.cloud.os_keystone_service', 'os_keystone_service'],
  args: z.strictObject({
    ...authArguments,
    name: arg.str(),
    type: arg.str().describe('`compute`, `image`, `object-store` …'),
    description: arg.str().optional(),
    enabled: arg.bool().default(true),
    state: z.enum(['present', 'absent']).default('present'),
  }),
  aliases: {
    ...authAliases,
    service: 'name',
    service_name: 'name',
    service_type: 'type',
    is_enabled: 'enabled',
    password: 'login_password',
  },
  returns: z.object({ service: z.record(z.string(), z.unknown()).optional(), id: z.string().optional() }),
  examples: [
    {
      name: 'The image service',
      yaml: 'keystone_service:\n  name: glance\n  type: image\n  description: OpenStack Image service\n  auth_url: http://controller:5000/v3\n  login_user: admin\n  login_password: "{{ keystone_admin_password }}"\n  login_project_name: admin\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    return readFrom(openIdentity(host, args, context), async (api) => ({
      api,
      service: await find(
        api,
        'keystone_service',
        args.name,
        `/services?name=${encodeURIComponent(args.name)}&type=${encodeURIComponent(args.type)}`,
      ),
    }))
  },
  plan: (state, args) =>
    planKeystone(
      state.api,
      state.service,
      {
        noun: 'service',
        label: `service ${args.name} (${args.type})`,
        keys: [args.name, `type ${args.type}`],
        identity: { name: args.name, type: args.type },
        wanted: { description: args.description, enabled: args.enabled },
      },
      args.state,
    ),
  result: (state, _args, outcomes) => resultOf(state.service, 'service', outcomes),
})
