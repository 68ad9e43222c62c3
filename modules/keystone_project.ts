import { args as arg, defineModule, Failure, z } from '../runner/module/index.ts'
import { type KeystoneThing, needDomain, planKeystone, scopedKey } from './_keystone.ts'
import { openIdentity } from './_openstack.ts'
import { authAliases, authArguments } from './_openstack-auth.ts'
import { find } from './_openstack-find.ts'
import { readFrom } from './_openstack-request.ts'
import { resultOf } from './_openstack-resource.ts'

const projectArguments = z.strictObject({
  ...authArguments,
  name: arg.str(),
  description: arg.str().optional(),
  domain: arg.str().default('default').describe('Name or id.'),
  parent: arg.str().optional().describe('Project or domain above it, by name or id; cannot be changed later.'),
  enabled: arg.bool().default(true),
  state: z.enum(['present', 'absent']).default('present'),
})

export default defineModule({
  name: 'keystone_project',
  summary: 'Create, change and remove projects of OpenStack Identity.',
  fqcn: ['openstack.cloud.project', 'openstack.cloud.os_project', 'os_project'],
  args: projectArguments,
  aliases: {
    ...authAliases,
    project: 'name',
    tenant: 'name',
    domain_id: 'domain',
    tenant_description: 'description',
    parent_id: 'parent',
    password: 'login_password',
  },
  returns: z.object({ project: z.record(z.string(), z.unknown()).optional(), id: z.string().optional() }),
  examples: [
    {
      name: 'The project of the services',
      yaml: 'keystone_project:\n  name: service\n  description: Services\n  auth_url: http://controller:5000/v3\n  login_user: admin\n  login_password: "{{ keystone_admin_password }}"\n  login_project_name: admin\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    return readFrom(openIdentity(host, args, context), async (api) => {
      const domain = await needDomain(api, args)
      if (domain instanceof Failure) return domain
      const query = (name: string): string => `/projects?name=${encodeURIComponent(name)}&domain_id=${encodeURIComponent(domain)}`
      const [project, parent] = await Promise.all([
        find(api, 'keystone_project', scopedKey(args.domain, args.name), query(args.name)),
        args.parent === undefined ? undefined : find(api, 'keystone_project', scopedKey(args.domain, args.parent), query(args.parent)),
      ])
      const parentId = args.parent === undefined ? undefined : parent?.exists === true ? (parent.id ?? '') : args.parent
      return { api, project, domain, parentId }
    })
  },
  plan(state, args) {
    const thing: KeystoneThing = {
      noun: 'project',
      label: `project ${args.name}`,
      keys: [scopedKey(args.domain, args.name)],
      identity: { name: args.name, domain_id: state.domain, parent_id: state.parentId },
      wanted: { description: args.description, enabled: args.enabled },
    }
    return planKeystone(state.api, state.project, thing, args.state)
  },
  result: (state, _args, outcomes) => resultOf(state.project, 'project', outcomes),
})
