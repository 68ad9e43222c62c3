import {
  Failure,
  type HttpAction,
  type HttpHint,
  type HttpResponse,
  hintFor,
  httpReason,
  type JsonWithRefs,
  type OutcomeRef,
  z,
} from '../runner/module/index.ts'
import type { Api } from './_openstack.ts'
import { SERVICES } from './_openstack-catalogue.ts'
import { parseJson, Refused } from './_openstack-session.ts'

export interface Asked {
  readonly method?: 'GET' | 'HEAD' | undefined
  /** Below the API's root, or a whole address. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** The answer to GET or HEAD, whatever its status. A token that is refused is replaced once. @throws Refused where nothing answers */
export async function ask(api: Api, asked: Asked): Promise<HttpResponse> {
  const answer = await settled(api, asked)
  if (answer.status !== 401 || !api.session.renewable) return answer
  await api.session.replace()
  return settled(api, asked)
}

/** GET below the API's root. 404 gives undefined. @throws Refused */
export async function getJson(api: Api, path: string): Promise<unknown> {
  const answer = await ask(api, { path })
  if (answer.status === 404) return undefined
  if (answer.status === 204) return {}
  if (answer.status >= 200 && answer.status < 300) return parseJson(answer.body.toString('utf8'))
  throw refusal(api, { path }, answer)
}

const row = z.record(z.string(), z.unknown())
export type Row = z.output<typeof row>

/** All of a list, page after page: `listAll(api, '/networks?name=lan', 'networks')`. @throws Refused */
export async function listAll(api: Api, path: string, key: string): Promise<readonly Row[]> {
  const rows: Row[] = []
  let next: string | undefined = path
  for (let page = 0; next !== undefined && page < MOST_PAGES; page += 1) {
    const body = row.parse((await getJson(api, next)) ?? notFound(api, next))
    rows.push(...z.array(row).parse(body[key] ?? []))
    next = nextPage(next, body, key)
  }
  return rows
}

const MOST_PAGES = 1000

/** A list is always there: without it the address is no API. */
function notFound(api: Api, path: string): never {
  throw new Refused(
    `${titleOf(api)} has no ${path.replace(/\?.*/, '')} at ${api.url}: 404`,
    `${api.url} is not the root of its API; check the endpoint in the catalogue`,
  )
}

const link = z.looseObject({ rel: z.string(), href: z.string() })
const pageLinks = z.looseObject({
  next: z.string().nullish(),
  links: z.looseObject({ next: z.string().nullish() }).optional().catch(undefined),
})

/** The three ways of services to tell that there is more. Only the query counts: a service behind a proxy may not know its own address. */
function nextPage(path: string, body: Row, key: string): string | undefined {
  const own = z.array(link).safeParse(body[`${key}_links`])
  const shared = pageLinks.safeParse(body)
  const href =
    (own.success ? own.data.find(({ rel }) => rel === 'next')?.href : undefined) ??
    (shared.success ? (shared.data.links?.next ?? shared.data.next) : undefined)
  if (href === undefined || href === null || !href.includes('?')) return undefined
  return `${path.replace(/\?.*/, '')}${href.slice(href.indexOf('?'))}`
}

/** The refusal of a read, with what can be done about it. */
export function refusal(api: Api, asked: Asked, answer: HttpResponse): Refused {
  const title = titleOf(api)
  if (answer.status === 0)
    return new Refused(
      `${title} does not answer at ${api.url}: ${answer.error ?? 'no answer'}`,
      'is the service running, and is the endpoint in the catalogue right?',
    )
  const reason = httpReason(answer.body.toString('utf8'))
  const said = `${String(answer.status)} ${reason}`.trim()
  return new Refused(`${title} refused ${asked.method ?? 'GET'} ${asked.path}: ${said}`, hintFor(hintsOf(api), answer.status, reason))
}

/** Turns what an API refuses into the task's failure. */
export async function reading<T>(read: () => Promise<T>): Promise<T | Failure> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof Refused) return error.failure
    throw error
  }
}

/** What a module reads of an API: `readFrom(openNova(…), async (nova) => ({ nova, server: await findServer(nova, name) }))`. */
export async function readFrom<T>(opening: Promise<Api | Failure>, read: (api: Api) => Promise<T | Failure>): Promise<T | Failure> {
  const api = await opening
  return api instanceof Failure ? api : reading(() => read(api))
}

/** A value that may be a failure, inside `reading`. @throws Refused */
export function granted<T>(value: T | Failure): T {
  if (value instanceof Failure) throw new Refused(value.message, value.hint)
  return value
}

export type Id = string | OutcomeRef

export interface Sent {
  readonly id?: string | undefined
  readonly method: string
  /** Below the API's root; pieces are put together, references are filled in and encoded. */
  readonly path: readonly Id[]
  readonly json?: JsonWithRefs | undefined
  readonly body?: HttpAction['request']['body']
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly okStatus?: readonly number[] | undefined
  /** Milliseconds; default: the login's `api_timeout`. */
  readonly timeout?: number | undefined
  readonly purpose: string
}

/** A request that changes something. */
export function send(api: Api, sent: Sent): HttpAction {
  const { id, method, purpose, okStatus } = sent
  const json = sent.json === undefined ? {} : { json: sent.json }
  return {
    do: 'http',
    id,
    purpose,
    okStatus,
    hints: hintsOf(api),
    retry: retryOf(api, sent.path[0]),
    request: {
      method,
      url: [api.url, ...sent.path],
      headers: headersOf(api, sent.headers),
      body: sent.body,
      timeout: sent.timeout ?? api.auth.timeout,
      validateCerts: api.auth.validateCerts,
      ...json,
    },
  }
}

export function headersOf(api: Api, more: Readonly<Record<string, string>> = {}) {
  return { Accept: 'application/json', 'X-Auth-Token': api.session.token, ...api.headers, ...more }
}

/**
 * Debian's neutron-api with uwsgi: a worker answers questions about ports with 500 (`Port has no attribute 'port_forwardings'`, in its
 * log) until it has read something else from the database. Nova, which asks it, fails in its turn before it has made anything.
 */
const COLD_PORTS = { path: '/ports', text: 'HTTPInternalServerError', warm: ['/networks?limit=1', '/subnetpools?limit=1'], times: 20 }

function retryOf(api: Api, path: Id | undefined): HttpAction['retry'] {
  if (api.service === 'compute')
    return { status: [500], text: 'neutronclient\\.common\\.exceptions\\.InternalServerError', times: 20, interval: 500 }
  const cold = api.service === 'network' && typeof path === 'string' && path.startsWith(COLD_PORTS.path)
  return cold ? { status: [500], text: COLD_PORTS.text, times: COLD_PORTS.times, interval: 250 } : undefined
}

async function settled(api: Api, asked: Asked): Promise<HttpResponse> {
  let answer = await request(api, asked)
  for (let turn = 0; turn < COLD_PORTS.times && isCold(api, asked, answer); turn += 1) {
    for (const path of COLD_PORTS.warm) await request(api, { path })
    answer = await request(api, asked)
  }
  if (answer.status === 0) throw refusal(api, asked, answer)
  return answer
}

function isCold(api: Api, { path }: Asked, { status, body }: HttpResponse): boolean {
  return api.service === 'network' && path.startsWith(COLD_PORTS.path) && status === 500 && body.includes(COLD_PORTS.text)
}

function request(api: Api, { method = 'GET', path, headers }: Asked): Promise<HttpResponse> {
  const { timeout, validateCerts } = api.auth
  const url = /^https?:/.test(path) ? path : `${api.url}${path}`
  return api.host.http({ method, url, headers: headersOf(api, headers), timeout, validateCerts })
}

function titleOf(api: Api): string {
  return SERVICES[api.service].title
}

function hintsOf(api: Api): readonly HttpHint[] {
  const title = titleOf(api)
  const on = api.auth.project === '' ? '' : ` on project ${api.auth.project}`
  return [
    { status: 401, hint: 'the token is not accepted: check the login, and the service’s own access to Keystone' },
    { status: 403, text: 'polic|authoriz|not allowed|forbidden', hint: `the roles of ${api.auth.user}${on} do not allow this` },
    {
      status: 403,
      text: 'quota',
      hint: `a limit of the project is reached: free something, or raise it with ${QUOTA_MODULES[api.service] ?? 'its quota'}`,
    },
    { status: 503, hint: `${title} is there but cannot work: look at its log and at what it depends on` },
  ]
}

const QUOTA_MODULES: Partial<Readonly<Record<Api['service'], string>>> = {
  compute: 'nova_quota',
  network: 'neutron_quota',
  volume: 'cinder_quota',
}
