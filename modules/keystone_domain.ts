import { args as arg, type Change, defineModule, z } from '../runner/module/index.ts'
import { type KeystoneThing, planKeystone } from './_keystone.ts'
import { type Api, openIdentity } from './_openstack.ts'
import { authAliases, authArguments } from './_openstack-auth.ts'
import type { Found } from './_openstack-believed.ts'
import { find } from './_openstack-find.ts'
import { readFrom, send } from './_openstack-request.ts'
import { resultOf } from './_openstack-resource.ts'

const domainArguments = z.strictObject({
  ...authArguments,
  name: arg.str(),
  description: arg.str().optional(),
  enabled: arg.bool().default(true),
  state: z.enum(['present', 'absent']).default('present'),
})

interface DomainState {
  readonly api: Api
  readonly domain: Found
}

export default defineModule({
  name: 'keystone_domain',
  summary: 'Create, change and remove domains of OpenStack Identity.',
  description: 'With a domain go its users, groups and projects. One that is enabled cannot be removed: it is disabled first.',
  fqcn: ['openstack.cloud.identity_domain', 'openstack.cloud.os_keystone_domain', 'os_keystone_domain'],
  args: domainArguments,
  aliases: { ...authAliases, domain: 'name', is_enabled: 'enabled', password: 'login_password' },
  returns: z.object({ domain: z.record(z.string(), z.unknown()).optional(), id: z.string().optional() }),
  examples: [
    {
      name: 'A domain for guests',
      yaml: 'keystone_domain:\n  name: guests\n  description: People from elsewhere\n  auth: {auth_url: "http://controller:5000/v3", username: admin, password: "{{ keystone_admin_password }}", project_name: admin}\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    return readFrom(openIdentity(host, args, context), async (api) => ({
      api,
      domain: await find(api, 'keystone_domain', args.name, `/domains?name=${encodeURIComponent(args.name)}`),
    }))
  },
  plan({ api, domain }: DomainState, args): readonly Change[] {
    const thing: KeystoneThing = {
      noun: 'domain',
      label: `domain ${args.name}`,
      keys: [args.name],
      identity: { name: args.name },
      wanted: { description: args.description, enabled: args.enabled },
    }
    const changes = planKeystone(api, domain, thing, args.state)
    return args.state === 'absent' && domain.exists && domain.data['enabled'] !== false
      ? changes.map((change) => ({ ...change, actions: [disabling(api, domain.id ?? '', args.name), ...change.actions] }))
      : changes
  },
  result: ({ domain }, args, outcomes) => (args.state === 'absent' ? {} : resultOf(domain, 'domain', outcomes)),
})

function disabling(api: Api, id: string, name: string) {
  return send(api, {
    method: 'PATCH',
    path: ['/domains/', id],
    json: { domain: { enabled: false } },
    purpose: `disable domain ${name} so that it can be removed`,
  })
}
