import { args as arg, type Failure, fail, Secret, z } from '../runner/module/index.ts'

const authRecord = z.looseObject({
  auth_url: z.string().optional(),
  token: arg.secret().optional(),
  username: z.string().optional(),
  password: arg.secret().optional(),
  project_name: z.string().optional(),
  tenant_name: z.string().optional(),
  user_domain_name: z.string().optional(),
  user_domain_id: z.string().optional(),
  project_domain_name: z.string().optional(),
  project_domain_id: z.string().optional(),
  domain_name: z.string().optional(),
  system_scope: z.string().optional(),
})

/** How to log in to OpenStack: one by one, or in `auth` as the openstack.cloud collection has it. */
export const authArguments = {
  auth: authRecord.optional().describe('auth_url, username, password, project_name, user_domain_name, project_domain_name …'),
  auth_url: z.string().optional().describe('`http://controller:5000/v3`, as seen from the managed host.'),
  login_user: z.string().optional(),
  login_password: arg.secret().optional(),
  login_project_name: z.string().optional(),
  login_token: arg.secret().optional(),
  user_domain_name: z.string().optional().describe("Domain of the login's user; default: Default."),
  project_domain_name: z.string().optional().describe("Domain of the login's project; default: Default."),
  region_name: z.string().optional().describe("Region whose endpoint is asked; default: the catalogue's first."),
  interface: z
    .enum(['public', 'internal', 'admin'])
    .default('public')
    .describe('Which endpoint of the catalogue is asked. The Identity API itself is found by auth_url.'),
  auth_type: z.string().optional().describe('Accepted for compatibility: a password or a token is used.'),
  validate_certs: arg.bool().default(true),
  api_timeout: arg.int().default(60).describe('Seconds for one request.'),
}

/** Arguments of a module for a service other than Identity. */
export const serviceArguments = {
  ...authArguments,
  endpoint: z.string().optional().describe("Address of the service's API in place of the catalogue's."),
}

/** For what takes its time to come about. */
export const waitArguments = {
  wait: arg.bool().default(true).describe('Wait until it is ready, or gone.'),
  timeout: arg.int().default(180).describe('Seconds to wait at most.'),
}

const loginAliases = {
  username: 'login_user',
  project_name: 'login_project_name',
  login_tenant_name: 'login_project_name',
  tenant_name: 'login_project_name',
  token: 'login_token',
  verify: 'validate_certs',
  endpoint_type: 'interface',
} as const

/** For the Identity API, whose modules wait for nothing and are about users with passwords of their own. */
export const authAliases = { endpoint: 'auth_url', timeout: 'api_timeout', ...loginAliases } as const

export const serviceAliases = { password: 'login_password', ...loginAliases } as const

export type LoginArguments = Omit<z.output<z.ZodObject<typeof authArguments>>, 'interface'>
export type ServiceArguments = z.output<z.ZodObject<typeof serviceArguments>>

export interface Auth {
  /** Ends in `/v3`, without a slash. */
  readonly url: string
  /** Who logs in, for messages and for the memo; no secret. */
  readonly who: string
  /** Who logs in, for people; `token` for a given token. */
  readonly user: string
  /** The project that the login is for, by name; empty for none and for a given token. */
  readonly project: string
  /** The body that asks for a token. */
  readonly body: Secret
  readonly token?: Secret | undefined
  readonly validateCerts: boolean
  /** Milliseconds. */
  readonly timeout: number
}

export function authOf(args: LoginArguments): Auth | Failure {
  const { auth = {} } = args
  const url = args.auth_url ?? auth.auth_url
  const [user, password, token] = [args.login_user ?? auth.username, args.login_password ?? auth.password, args.login_token ?? auth.token]
  if (url === undefined) return fail('auth_url is missing', { hint: 'give auth_url, or auth: {auth_url: …}' })
  const common = { url: apiUrl(url), validateCerts: args.validate_certs, timeout: args.api_timeout * 1000 }
  if (token !== undefined) return { ...common, who: 'token', user: 'token', project: '', body: new Secret(''), token }
  if (user === undefined || password === undefined)
    return fail('the login is incomplete: a user and a password, or a token', {
      hint: 'give login_user and login_password, or auth: {username: …, password: …}',
    })
  const userDomain = domainRef(args.user_domain_name ?? auth.user_domain_name ?? auth.user_domain_id)
  const who = { user, password, domain: userDomain }
  const project = projectOf(args) ?? ''
  return { ...common, user, who: `${user} ${JSON.stringify([userDomain, scopeOf(args)])}`, project, body: tokenBody(who, scopeOf(args)) }
}

/** The body of POST /v3/auth/tokens. */
export function tokenBody(who: { readonly user: string; readonly password: Secret; readonly domain: DomainRef }, scope: unknown): Secret {
  const identity = { methods: ['password'], password: { user: { name: who.user, domain: who.domain, password: who.password.reveal() } } }
  return new Secret(JSON.stringify({ auth: { identity, ...(scope === undefined ? {} : { scope }) } }))
}

function projectOf({ auth = {}, ...args }: LoginArguments): string | undefined {
  return args.login_project_name ?? auth.project_name ?? auth.tenant_name
}

function scopeOf({ auth = {}, ...args }: LoginArguments): unknown {
  if (auth.system_scope !== undefined) return { system: { all: true } }
  if (auth.domain_name !== undefined) return { domain: { name: auth.domain_name } }
  const project = projectOf({ auth, ...args })
  return project === undefined
    ? undefined
    : { project: { name: project, domain: domainRef(args.project_domain_name ?? auth.project_domain_name ?? auth.project_domain_id) } }
}

export type DomainRef = { readonly id: string } | { readonly name: string }

/** `default` and `Default` are the id and the name of one domain. */
export function domainRef(name: string | undefined): DomainRef {
  return name === undefined || name.toLowerCase() === 'default' ? { id: 'default' } : { name }
}

/** Addresses of the v2.0 API mean the v3 API beside it. */
export function apiUrl(url: string): string {
  const bare = url.replace(/\/+$/, '').replace(/\/v2\.0$/, '')
  return bare.endsWith('/v3') ? bare : `${bare}/v3`
}
