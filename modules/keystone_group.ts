import { args as arg, defineModule, Failure, z } from '../runner/module/index.ts'
import { needDomain, planKeystone, scopedKey } from './_keystone.ts'
import { openIdentity } from './_openstack.ts'
import { authAliases, authArguments } from './_openstack-auth.ts'
import { find } from './_openstack-find.ts'
import { readFrom } from './_openstack-request.ts'
import { resultOf } from './_openstack-resource.ts'

export default defineModule({
  name: 'keystone_group',
  summary: 'Create, change and remove groups of users of OpenStack Identity.',
  fqcn: ['openstack.cloud.identity_group', 'openstack.cloud.os_group', 'os_group'],
  args: z.strictObject({
    ...authArguments,
    name: arg.str(),
    description: arg.str().optional(),
    domain: arg.str().default('default').describe('Name or id.'),
    state: z.enum(['present', 'absent']).default('present'),
  }),
  aliases: { ...authAliases, group: 'name', domain_id: 'domain', password: 'login_password' },
  returns: z.object({ group: z.record(z.string(), z.unknown()).optional(), id: z.string().optional() }),
  examples: [
    {
      name: 'A group for those who look after the cloud',
      yaml: 'keystone_group:\n  name: operators\n  description: Look after the cloud\n  auth: {auth_url: "http://controller:5000/v3", username: admin, password: "{{ keystone_admin_password }}", project_name: admin}\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    return readFrom(openIdentity(host, args, context), async (api) => {
      const domain = await needDomain(api, args)
      if (domain instanceof Failure) return domain
      const query = `/groups?name=${encodeURIComponent(args.name)}&domain_id=${encodeURIComponent(domain)}`
      return { api, domain, group: await find(api, 'keystone_group', scopedKey(args.domain, args.name), query) }
    })
  },
  plan: ({ api, domain, group }, args) =>
    planKeystone(
      api,
      group,
      {
        noun: 'group',
        label: `group ${args.name}`,
        keys: [scopedKey(args.domain, args.name)],
        identity: { name: args.name, domain_id: domain },
        wanted: { description: args.description },
      },
      args.state,
    ),
  result: ({ group }, args, outcomes) => (args.state === 'absent' ? {} : resultOf(group, 'group', outcomes)),
})
