import { args as arg, type Change, defineModule, type Failure, fail, resource, z } from '../runner/module/index.ts'
import { domainId, scopedKey } from './_keystone.ts'
import { type Actor, grantKey, type Target } from './_keystone-grant.ts'
import { type Api, openIdentity } from './_openstack.ts'
import { authAliases, authArguments } from './_openstack-auth.ts'
import { ABSENT, type Found } from './_openstack-believed.ts'
import { find, holds } from './_openstack-find.ts'
import { type Id, readFrom, send } from './_openstack-request.ts'

const grantArguments = z.strictObject({
  ...authArguments,
  role: arg.str(),
  user: arg.str().optional(),
  group: arg.str().optional(),
  user_domain: arg.str().default('default'),
  group_domain: arg.str().default('default'),
  project: arg.str().optional(),
  project_domain: arg.str().default('default'),
  domain: arg.str().optional().describe('The role is on this domain, where no project is given.'),
  system: z.literal('all').optional(),
  state: z.enum(['present', 'absent']).default('present'),
})

type GrantArguments = z.output<typeof grantArguments>

interface GrantState {
  readonly api: Api
  /** Undefined where one of the three does not exist. */
  readonly path: readonly Id[]
  readonly held: Found
}

export default defineModule({
  name: 'keystone_role_assignment',
  summary: 'Give users and groups roles on projects, domains or the system.',
  fqcn: ['openstack.cloud.role_assignment', 'openstack.cloud.os_user_role', 'os_user_role'],
  args: grantArguments,
  aliases: { ...authAliases, tenant: 'project', password: 'login_password' },
  examples: [
    {
      name: 'joe may use the trial project',
      yaml: 'keystone_role_assignment:\n  user: joe\n  role: member\n  project: trial\n  auth_url: http://controller:5000/v3\n  login_user: admin\n  login_password: "{{ keystone_admin_password }}"\n  login_project_name: admin\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    if ((args.user === undefined) === (args.group === undefined)) return fail('give either user or group')
    if ([args.project, args.domain, args.system].every((value) => value === undefined))
      return fail('give one of project, domain and system')
    return readFrom(openIdentity(host, args, context), (api) => readGrant(api, args))
  },
  plan(state: GrantState, args): readonly Change[] {
    if (state.held.exists === (args.state === 'present')) return []
    const [actor, target] = [actorOf(args), targetOf(args)]
    const on = target.kind === 'system' ? 'the system' : `${target.kind} ${target.name}`
    const purpose =
      args.state === 'present'
        ? `give ${actor.kind} ${actor.name} the role ${args.role} on ${on}`
        : `take the role ${args.role} on ${on} from ${actor.kind} ${actor.name}`
    const after = args.state === 'present' ? { exists: true, data: {} } : ABSENT
    const action = send(state.api, { id: 'grant', method: args.state === 'present' ? 'PUT' : 'DELETE', path: state.path, purpose })
    return [{ what: purpose, actions: [action], effects: [resource('keystone_grant', grantKey(actor, target, args.role), after, 'run')] }]
  },
  result: (_state, args) => ({ role: args.role, ...(args.user === undefined ? { group: args.group } : { user: args.user }) }),
})

async function readGrant(api: Api, args: GrantArguments): Promise<GrantState | Failure> {
  const [actor, target] = [actorOf(args), targetOf(args)]
  const [who, where, role] = await Promise.all([
    inDomain(api, `keystone_${actor.kind}`, `${actor.kind}s`, actor),
    target.kind === 'project'
      ? inDomain(api, 'keystone_project', 'projects', target)
      : target.kind === 'domain'
        ? domain(api, target.name)
        : { exists: true as const, id: '', data: {} },
    find(api, 'keystone_role', args.role, `/roles?name=${encodeURIComponent(args.role)}`),
  ])
  const lacking = !who.exists
    ? `${actor.kind} ${actor.name}`
    : !where.exists
      ? target.kind === 'system'
        ? 'system'
        : `${target.kind} ${target.name}`
      : role.exists
        ? undefined
        : `role ${args.role}`
  if (lacking !== undefined) return args.state === 'absent' ? { api, path: [], held: ABSENT } : fail(`there is no ${lacking}`)
  const ids = [who, where, role].map((found) => (found.exists ? (found.id ?? '') : ''))
  const root = target.kind === 'system' ? '/system' : `/${target.kind}s/${ids[1] ?? ''}`
  const path = `${root}/${actor.kind}s/${ids[0] ?? ''}/roles/${ids[2] ?? ''}`
  return { api, path: [path], held: await holds(api, 'keystone_grant', grantKey(actor, target, args.role), path) }
}

async function inDomain(
  api: Api,
  kind: string,
  path: string,
  { name, domain: owner }: { readonly name: string; readonly domain: string },
): Promise<Found> {
  const id = await domainId(api, owner)
  return id === undefined
    ? ABSENT
    : find(api, kind, scopedKey(owner, name), `/${path}?name=${encodeURIComponent(name)}&domain_id=${encodeURIComponent(id)}`)
}

async function domain(api: Api, name: string): Promise<Found> {
  const id = await domainId(api, name)
  return id === undefined ? ABSENT : { exists: true, id, data: {} }
}

function actorOf(args: GrantArguments): Actor {
  return args.user === undefined
    ? { kind: 'group', name: args.group ?? '', domain: args.group_domain }
    : { kind: 'user', name: args.user, domain: args.user_domain }
}

function targetOf(args: GrantArguments): Target {
  if (args.project !== undefined) return { kind: 'project', name: args.project, domain: args.project_domain }
  return args.domain === undefined ? { kind: 'system' } : { kind: 'domain', name: args.domain }
}
