import { Failure, type ModuleContext, type ReadOnlyHost, Secret, UnknownState } from '../runner/module/index.ts'
import { type Auth, authOf, type LoginArguments, type ServiceArguments } from './_openstack-auth.ts'
import { believed } from './_openstack-believed.ts'
import { endpointOf, rootOf, SERVICES, type ServiceName } from './_openstack-catalogue.ts'
import { Refused, Session } from './_openstack-session.ts'

/** The API of a service as `check` sees it. */
export interface Api {
  readonly host: ReadOnlyHost
  readonly context: ModuleContext
  readonly auth: Auth
  readonly session: Session
  readonly service: ServiceName
  /** What paths are below; without a slash at its end. */
  readonly url: string
  /** Sent with every request: `OpenStack-API-Version` … */
  readonly headers: Readonly<Record<string, string>>
  /** In check mode, where nothing answers yet because it is still to be set up: what no effect names is not there. */
  readonly fresh: boolean
}

/** The Identity API, at `auth_url`. */
export async function openIdentity(host: ReadOnlyHost, args: LoginArguments, context: ModuleContext): Promise<Api | Failure> {
  const auth = authOf(args)
  if (auth instanceof Failure) return auth
  const api = { host, context, auth, service: 'identity', url: auth.url, headers: {} } as const
  return refusable(async () => {
    const session = await openSession(host, auth, context)
    return session === 'fresh' ? { ...api, session: Session.none(host, auth), fresh: true } : { ...api, session, fresh: false }
  })
}

/**
 * The API of a service, where the catalogue says. `headers` go with every request.
 * `const nova = await openService(host, args, context, { service: 'compute', headers: … })`
 */
export async function openService(
  host: ReadOnlyHost,
  args: ServiceArguments,
  context: ModuleContext,
  wanted: { readonly service: ServiceName; readonly headers?: Readonly<Record<string, string>> | undefined },
): Promise<Api | Failure> {
  const auth = authOf(args)
  if (auth instanceof Failure) return auth
  const api = { host, context, auth, service: wanted.service, headers: wanted.headers ?? {} }
  const nowhere = { ...api, session: Session.none(host, auth), url: args.endpoint ?? '', fresh: true }
  return refusable(async () => {
    const session = await openSession(host, auth, context)
    if (session === 'fresh') return nowhere
    const found = args.endpoint ?? (await endpointOf(session, args, wanted.service))
    if (found instanceof Failure) return (await isPredicted(host, wanted.service)) ? nowhere : found
    const url = rootOf(found, wanted.service, session.project)
    return { ...api, session, url, fresh: host.predicted && !(await answers({ host, context, auth }, url)) }
  })
}

/** For a module that only tells how things are. @throws UnknownState where the service is still to be set up */
export function running(api: Api | Failure, what: string): Api | Failure {
  if (!(api instanceof Failure) && api.fresh) throw new UnknownState(`${what} cannot be known before the service is there`)
  return api
}

async function openSession(host: ReadOnlyHost, auth: Auth, context: ModuleContext): Promise<Session | 'fresh'> {
  if (host.predicted && (await believed<string>(host, 'keystone_cloud', 'cloud')) === 'fresh') return 'fresh'
  return Session.open(host, auth, context)
}

async function refusable<T>(open: () => Promise<T>): Promise<T | Failure> {
  try {
    return await open()
  } catch (error) {
    if (error instanceof Refused) return error.failure
    throw error
  }
}

/** A service that this very run registers is not in the catalogue of a real token. */
async function isPredicted(host: ReadOnlyHost, service: ServiceName): Promise<boolean> {
  const beliefs = await Promise.all(
    SERVICES[service].types.map((type) => believed<{ readonly exists: boolean }>(host, 'keystone_service', `type ${type}`)),
  )
  return beliefs.some((belief) => belief?.exists === true)
}

/** Asked once in a run: a server that answers goes on doing so. */
async function answers({ host, context, auth }: Pick<Api, 'host' | 'context' | 'auth'>, url: string): Promise<boolean> {
  const { origin } = new URL(url)
  const ask = async (): Promise<Secret> => {
    await host.http({ method: 'GET', url: `${origin}/`, timeout: auth.timeout, validateCerts: auth.validateCerts })
    return new Secret('')
  }
  try {
    await (context.memo === undefined ? ask() : context.memo.get(`openstack answers ${origin}`, ask))
    return true
  } catch (error) {
    if (error instanceof UnknownState) return false
    throw error
  }
}
