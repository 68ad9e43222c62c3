import {
  args as arg,
  type Change,
  defineModule,
  Failure,
  fail,
  type ReadOnlyHost,
  resource,
  type Secret,
  z,
} from '../runner/module/index.ts'
import { type KeystoneThing, needDomain, planKeystone, scopedKey } from './_keystone.ts'
import { grantKey } from './_keystone-grant.ts'
import { type Api, openIdentity } from './_openstack.ts'
import { authAliases, authArguments, domainRef, tokenBody } from './_openstack-auth.ts'
import { ABSENT, type Found } from './_openstack-believed.ts'
import { find, holds } from './_openstack-find.ts'
import { readFrom, send } from './_openstack-request.ts'
import { effectsOf, idOf, resultOf } from './_openstack-resource.ts'
import { JSON_HEADERS, TOKEN_SECOND } from './_openstack-session.ts'

const userArguments = z.strictObject({
  ...authArguments,
  name: arg.str(),
  password: arg.secret().optional(),
  update_password: z.enum(['always', 'on_create']).default('always').describe('`always` finds out by logging in with it.'),
  email: arg.str().optional(),
  description: arg.str().optional(),
  default_project: arg.str().optional(),
  domain: arg.str().default('default').describe('Name or id.'),
  enabled: arg.bool().default(true),
  project: arg.str().optional().describe('With `role`: give the user that role on this project.'),
  role: arg.str().optional(),
  state: z.enum(['present', 'absent']).default('present'),
})

type UserArguments = z.output<typeof userArguments>

interface KeystoneUserState {
  readonly api: Api
  readonly domain: string
  readonly user: Found
  readonly defaultProject: Found
  /** The password works; undefined where that was not asked. */
  readonly passwordWorks: boolean | undefined
  readonly grant: { readonly project: Found; readonly role: Found; readonly held: Found } | undefined
}

export default defineModule({
  name: 'keystone_user',
  summary: 'Create, change and remove users of OpenStack Identity.',
  description:
    'The password is compared by logging in with it and shows up in no result. `password` is that of the user who is managed; the login has `login_password` or `auth`.',
  fqcn: ['openstack.cloud.identity_user', 'openstack.cloud.os_user', 'os_user'],
  args: userArguments,
  aliases: { ...authAliases, user: 'name', domain_id: 'domain', tenant: 'project', is_enabled: 'enabled' },
  returns: z.object({ user: z.record(z.string(), z.unknown()).optional(), id: z.string().optional() }),
  examples: [
    {
      name: 'A service user with its role',
      yaml: 'keystone_user:\n  name: glance\n  password: "{{ glance_password }}"\n  update_password: on_create\n  project: service\n  role: admin\n  auth_url: http://controller:5000/v3\n  login_user: admin\n  login_password: "{{ keystone_admin_password }}"\n  login_project_name: admin\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    if ((args.project === undefined) !== (args.role === undefined)) return fail('project and role belong together')
    return readFrom(openIdentity(host, args, context), (api) => readUser(host, api, args))
  },
  plan(state, args) {
    const changes = [...planKeystone(state.api, state.user, thingOf(state, args), args.state)]
    if (args.state === 'absent') return changes
    if (state.user.exists && state.passwordWorks === false && args.password !== undefined)
      changes.push(passwordChange(state, args, args.password))
    const grant = grantChange(state, args)
    return grant === undefined ? changes : [...changes, grant]
  },
  result: (state, _args, outcomes) => resultOf(state.user, 'user', outcomes),
})

async function readUser(host: ReadOnlyHost, api: Api, args: UserArguments): Promise<KeystoneUserState | Failure> {
  const domain = await needDomain(api, args)
  if (domain instanceof Failure) return domain
  const inDomain = (path: string, name: string): string =>
    `${path}?name=${encodeURIComponent(name)}&domain_id=${encodeURIComponent(domain)}`
  const project = (name: string | undefined): Promise<Found> =>
    name === undefined ? Promise.resolve(ABSENT) : find(api, 'keystone_project', scopedKey(args.domain, name), inDomain('/projects', name))
  const [user, defaultProject, granted, role, passwordWorks] = await Promise.all([
    find(api, 'keystone_user', scopedKey(args.domain, args.name), inDomain('/users', args.name)),
    project(args.default_project),
    project(args.project),
    args.role === undefined ? ABSENT : find(api, 'keystone_role', args.role, `/roles?name=${encodeURIComponent(args.role)}`),
    logsIn(host, api, args),
  ])
  const missing = missingOf(args, { defaultProject, granted, role })
  if (missing !== undefined) return missing
  const base = { api, domain, user, defaultProject, passwordWorks }
  if (args.project === undefined || args.role === undefined || args.state === 'absent') return { ...base, grant: undefined }
  const ids = [granted, user, role].map((found) => (found.exists ? found.id : undefined))
  const path = ids.every((id) => id !== undefined) ? `/projects/${ids[0] ?? ''}/users/${ids[1] ?? ''}/roles/${ids[2] ?? ''}` : undefined
  const held = await holds(api, 'keystone_grant', grantKeyOf(args), path)
  return { ...base, grant: { project: granted, role, held } }
}

function missingOf(args: UserArguments, found: Readonly<Record<'defaultProject' | 'granted' | 'role', Found>>): Failure | undefined {
  if (args.state === 'absent') return undefined
  if (args.default_project !== undefined && !found.defaultProject.exists) return fail(`there is no project ${args.default_project}`)
  if (args.project !== undefined && !found.granted.exists)
    return fail(`there is no project ${args.project}`, { hint: 'create it with keystone_project first' })
  return args.role !== undefined && !found.role.exists
    ? fail(`there is no role ${args.role}`, { hint: 'create it with keystone_role first' })
    : undefined
}

/** Only a login tells whether a password is the right one. */
async function logsIn(host: ReadOnlyHost, api: Api, args: UserArguments): Promise<boolean | undefined> {
  if (args.password === undefined || args.update_password === 'on_create' || args.state === 'absent' || api.fresh) return undefined
  const body = tokenBody({ user: args.name, password: args.password, domain: domainRef(args.domain) }, undefined)
  const { auth } = api
  const answer = await host.http({
    method: 'POST',
    url: `${auth.url}/auth/tokens`,
    headers: JSON_HEADERS,
    body,
    timeout: auth.timeout,
    validateCerts: auth.validateCerts,
  })
  return answer.status === 201
}

function thingOf(state: KeystoneUserState, args: UserArguments): KeystoneThing {
  return {
    noun: 'user',
    label: `user ${args.name}`,
    keys: [scopedKey(args.domain, args.name)],
    identity: { name: args.name, domain_id: state.domain },
    secrets: { password: args.password },
    wanted: {
      email: args.email,
      description: args.description,
      enabled: args.enabled,
      default_project_id: state.defaultProject.exists ? (state.defaultProject.id ?? '') : undefined,
    },
  }
}

function passwordChange(state: KeystoneUserState, args: UserArguments, password: Secret): Change {
  const purpose = `set the password of user ${args.name}`
  const action = send(state.api, {
    id: 'password',
    method: 'PATCH',
    path: ['/users/', idOf(state.user, 'user')],
    json: { user: { password } },
    purpose,
  })
  return {
    what: purpose,
    // Whoever logs in next with it gets a token that is let in.
    actions: [action, { do: 'run', argv: ['sleep', String(TOKEN_SECOND / 1000)] }],
    effects: effectsOf({ kind: 'keystone_user', keys: [scopedKey(args.domain, args.name)] }, state.user),
  }
}

function grantKeyOf(args: UserArguments): string {
  return grantKey(
    { kind: 'user', name: args.name, domain: args.domain },
    { kind: 'project', name: args.project ?? '', domain: args.domain },
    args.role ?? '',
  )
}

function grantChange(state: KeystoneUserState, args: UserArguments): Change | undefined {
  const { grant } = state
  if (grant === undefined || grant.held.exists) return undefined
  const purpose = `give user ${args.name} the role ${args.role ?? ''} on project ${args.project ?? ''}`
  const path = ['/projects/', idOf(grant.project, 'project'), '/users/', idOf(state.user, 'user'), '/roles/', idOf(grant.role, 'role')]
  return {
    what: purpose,
    actions: [send(state.api, { id: 'grant', method: 'PUT', path, purpose })],
    effects: [resource('keystone_grant', grantKeyOf(args), { exists: true, data: {} }, 'run')],
  }
}
