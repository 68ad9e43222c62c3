import {
  type Change,
  type Effect,
  Failure,
  fail,
  type HttpAction,
  type JsonWithRefs,
  type ModuleContext,
  type OutcomeRef,
  type ReadOnlyHost,
  resource,
  Secret,
  UnknownState,
  z,
} from '../runner/module/index.ts'
import { type Auth, authOf, type LoginArguments } from './_keystone-auth.ts'

/** The Identity API as `check` sees it; `fresh` in check mode where nothing answers yet because it is still to be set up. */
export interface Keystone {
  readonly host: ReadOnlyHost
  readonly auth: Auth
  readonly token: Secret
  readonly fresh: boolean
  readonly context: ModuleContext
}

/** A project, user, role … of the API. In check mode a predicted one has no id. */
export type Found =
  | { readonly exists: false }
  | { readonly exists: true; readonly id?: string | undefined; readonly data: Readonly<Record<string, unknown>> }

export const ABSENT: Found = { exists: false }

/** Belief that the API is set up by this very run: what its effects do not name is not there. */
export const FRESH_CLOUD: Effect = resource('keystone_cloud', 'cloud', 'fresh', 'run')

export async function openKeystone(host: ReadOnlyHost, args: LoginArguments, context: ModuleContext): Promise<Keystone | Failure> {
  const auth = authOf(args)
  if (auth instanceof Failure) return auth
  const api = { host, auth, context }
  if (host.predicted && (await believed<string>(host, 'keystone_cloud', 'cloud')) === 'fresh')
    return { ...api, token: new Secret(''), fresh: true }
  try {
    const token = auth.token ?? (await tokenOf(host, auth, context))
    return token instanceof Failure ? token : { ...api, token, fresh: false }
  } catch (error) {
    if (error instanceof UnknownState && host.predicted) return { ...api, token: new Secret(''), fresh: true }
    if (error instanceof Refused)
      return fail(error.message, error.status === 401 ? { hint: 'check the user, password and project of the login' } : {})
    throw error
  }
}

/** One token for all tasks of a run with the same login. */
async function tokenOf(host: ReadOnlyHost, auth: Auth, context: ModuleContext): Promise<Secret | Failure> {
  const ask = (): Promise<Secret> => requestToken(host, auth)
  return context.memo === undefined ? ask() : context.memo.get(memoKey(auth), ask)
}

function memoKey(auth: Auth): string {
  return `keystone ${auth.url} ${auth.who}`
}

class Refused extends Error {
  readonly status: number

  constructor(message: string, status: number) {
    super(message)
    this.status = status
  }
}

async function requestToken(host: ReadOnlyHost, auth: Auth): Promise<Secret> {
  const answer = await host.http({
    method: 'POST',
    url: `${auth.url}/auth/tokens`,
    headers: JSON_HEADERS,
    body: auth.body,
    timeout: auth.timeout,
    validateCerts: auth.validateCerts,
  })
  const token = answer.headers['x-subject-token']
  if (answer.status === 201 && token !== undefined) return new Secret(token)
  const who = auth.who.split(' ')[0] ?? ''
  if (answer.status === 0) throw new Refused(`Keystone does not answer at ${auth.url}: ${answer.error ?? 'no answer'}`, 0)
  throw new Refused(`Keystone at ${auth.url} gives ${who} no token: ${String(answer.status)} ${errorMessage(answer.body)}`, answer.status)
}

export const JSON_HEADERS = { 'Content-Type': 'application/json', Accept: 'application/json' } as const

const errorBody = z.looseObject({ error: z.looseObject({ message: z.string() }) })

function errorMessage(body: Buffer): string {
  const parsed = errorBody.safeParse(parseJson(body))
  return parsed.success ? parsed.data.error.message : body.toString('utf8').slice(0, 200)
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

/** GET below the API's root. An old token is replaced once. 404 gives undefined. */
export async function getJson(api: Keystone, path: string): Promise<unknown> {
  const get = (token: Secret) =>
    api.host.http({
      method: 'GET',
      url: `${api.auth.url}${path}`,
      headers: { Accept: 'application/json', 'X-Auth-Token': token },
      timeout: api.auth.timeout,
      validateCerts: api.auth.validateCerts,
    })
  const first = await get(api.token)
  if (first.status !== 401 || api.auth.token !== undefined) return bodyOf(first, path)
  api.context.memo?.forget(memoKey(api.auth))
  return bodyOf(await get(await requestToken(api.host, api.auth)), path)
}

function bodyOf(answer: { readonly status: number; readonly body: Buffer; readonly error?: string | undefined }, path: string): unknown {
  if (answer.status === 404) return undefined
  if (answer.status === 204) return {}
  if (answer.status >= 200 && answer.status < 300) return parseJson(answer.body)
  throw new Refused(`Keystone refused GET ${path}: ${String(answer.status)} ${answer.error ?? errorMessage(answer.body)}`, answer.status)
}

/** Turns what Keystone refuses into the task's failure. */
export async function reading<T>(read: () => Promise<T>): Promise<T | Failure> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof Refused) return fail(error.message)
    throw error
  }
}

/** What earlier simulated tasks made true of a thing; undefined where they said nothing, and on a real host. */
export async function believed<T>(host: ReadOnlyHost, kind: string, key: string): Promise<T | undefined> {
  if (!host.predicted) return undefined
  return host.probe<T | undefined>({ kind, key, script: ':', parse: () => undefined, scope: 'run' })
}

const listed = z.array(z.looseObject({ id: z.string() }))

/** The first thing of a filtered list: `find(api, 'keystone_role', 'admin', '/roles?name=admin')`. */
export async function find(api: Keystone, kind: string, key: string, path: string): Promise<Found> {
  const belief = await believed<Found>(api.host, kind, key)
  if (belief !== undefined) return belief
  if (api.fresh) return ABSENT
  const name = /^\/(?:[^?]*\/)?([a-z_]+)(?:\?|$)/.exec(path)?.[1] ?? ''
  const items = listed.parse(z.record(z.string(), z.unknown()).parse((await getJson(api, path)) ?? {})[name] ?? [])
  const [item] = items
  return item === undefined ? ABSENT : { exists: true, id: item.id, data: item }
}

/** Whether a path answers 204 or 404: grants. */
export async function holds(api: Keystone, kind: string, key: string, path: string | undefined): Promise<Found> {
  const belief = await believed<Found>(api.host, kind, key)
  if (belief !== undefined) return belief
  if (api.fresh || path === undefined) return ABSENT
  return (await getJson(api, path)) === undefined ? ABSENT : { exists: true, data: {} }
}

/** The id of a domain given by name or id; undefined where there is none. */
export async function domainId(api: Keystone, domain: string): Promise<string | undefined> {
  if (domain.toLowerCase() === 'default') return 'default'
  const found = await find(api, 'keystone_domain', domain, `/domains?name=${encodeURIComponent(domain)}`)
  if (found.exists) return found.id ?? domain
  if (api.fresh) return undefined
  return (await getJson(api, `/domains/${encodeURIComponent(domain)}`)) === undefined ? undefined : domain
}

/** The part of a key that names a domain: its id and name `default` are one. */
export function scopedKey(domain: string, name: string): string {
  return `${domain.toLowerCase() === 'default' ? 'default' : domain}/${name}`
}

export type Id = string | OutcomeRef

/** A request that changes something, below the API's root. */
export function send(
  api: Keystone,
  request: {
    readonly id?: string
    readonly method: string
    readonly path: readonly Id[]
    readonly json?: JsonWithRefs
    readonly purpose: string
  },
): HttpAction {
  const { auth, token } = api
  const json = request.json === undefined ? {} : { json: request.json }
  return {
    do: 'http',
    id: request.id,
    purpose: request.purpose,
    request: {
      method: request.method,
      url: [auth.url, ...request.path],
      headers: { 'X-Auth-Token': token, Accept: 'application/json' },
      timeout: auth.timeout,
      validateCerts: auth.validateCerts,
      ...json,
    },
  }
}

/** The fields that differ from what is wanted; a wanted value that is undefined is not looked at. */
export function differing(
  data: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, string | boolean | undefined>>,
): Readonly<Record<string, string | boolean>> {
  const rows = Object.entries(wanted).flatMap(([key, value]) =>
    value === undefined || (data[key] ?? (value === '' ? '' : undefined)) === value ? [] : [[key, value] as const],
  )
  return Object.fromEntries(rows)
}

/** Wanted fields without those that were not given. */
export function given(wanted: Readonly<Record<string, string | boolean | undefined>>): Readonly<Record<string, string | boolean>> {
  return Object.fromEntries(Object.entries(wanted).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])))
}

/** Two sets of fields as a diff. */
export function fieldDiff(
  name: string,
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Change['diff'] {
  const text = (fields: Readonly<Record<string, unknown>>): string =>
    Object.keys(after)
      .filter((key) => fields[key] !== undefined)
      .map((key) => `${key}: ${String(fields[key])}\n`)
      .join('')
  return { beforeName: name, afterName: name, before: text(before), after: text(after) }
}
