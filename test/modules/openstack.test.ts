import test from 'ava'
import { type Api, openIdentity, openService } from '../../modules/_openstack.ts'
import { serviceArguments } from '../../modules/_openstack-auth.ts'
import type { ServiceName } from '../../modules/_openstack-catalogue.ts'
import { find, findNamed } from '../../modules/_openstack-find.ts'
import { getJson, listAll, reading } from '../../modules/_openstack-request.ts'
import { RunMemo } from '../../runner/execute/memo.ts'
import { packageInstalled, resource } from '../../runner/host/effects.ts'
import type { HttpRequest, HttpResponse, ReadOnlyHost } from '../../runner/host/host.ts'
import { createPredictedHost } from '../../runner/host/predicted.ts'
import { Prediction } from '../../runner/host/prediction.ts'
import { type Probe, Unavailable } from '../../runner/host/probe.ts'
import { Failure } from '../../runner/module/change.ts'
import { z } from '../../runner/module/index.ts'
import { fixtureHost } from '../_harness/fixture-host.ts'
import { moduleContext } from '../_harness/module.ts'

type Answer = readonly [status: number, body: unknown, headers?: Readonly<Record<string, string>>]

interface Cloud {
  readonly host: ReadOnlyHost
  readonly seen: string[]
  readonly memo: RunMemo
}

const LOGIN = 'POST http://c:5000/v3/auth/tokens'
const NETWORK = 'http://c:9696/v2.0'

function endpoint(face: string, url: string, region = 'RegionOne'): object {
  return { interface: face, url, region, region_id: region }
}

function login(token: string, ...catalog: readonly object[]): Answer {
  return [201, { token: { catalog, project: { id: 'p1' }, user: { id: 'u1' } } }, { 'x-subject-token': token }]
}

const NEUTRON = { type: 'network', endpoints: [endpoint('public', 'http://c:9696'), endpoint('admin', 'http://admin:9696/')] }
const CINDER = { type: 'volumev3', endpoints: [endpoint('public', 'http://c:8776/'), endpoint('public', 'http://two:8776/v3/p1', 'Two')] }

/** Each request's answers in the order they are asked, the last one for ever. */
function cloud(answers: Readonly<Record<string, readonly Answer[]>>): Cloud {
  const seen: string[] = []
  const http = ({ method, url, headers }: HttpRequest): Promise<HttpResponse> => {
    const asked = `${method} ${url}`
    const count = seen.filter((other) => other.startsWith(asked) && other.length - asked.length < 20).length
    seen.push(`${asked} ${tokenOf(headers)}`.trim())
    const known = answers[asked] ?? [[0, '']]
    const [status, body, more] = known[Math.min(count, known.length - 1)] ?? [0, '']
    const error = status === 0 ? { error: 'ECONNREFUSED' } : {}
    return Promise.resolve({
      status,
      headers: more ?? {},
      url,
      body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
      ...error,
    })
  }
  return { host: { ...fixtureHost(), http, probe: () => Promise.reject(new Error('no probe is expected')) }, seen, memo: new RunMemo() }
}

function tokenOf(headers: HttpRequest['headers']): string {
  const token = headers?.['X-Auth-Token']
  return typeof token === 'object' ? `[${token.reveal()}]` : ''
}

const AUTH = { auth_url: 'http://c:5000', username: 'joe', password: 'pw', project_name: 'trial' }

function open(of: Cloud, service: ServiceName, more: Readonly<Record<string, unknown>> = {}): Promise<Api | Failure> {
  const args = z.strictObject(serviceArguments).parse({ auth: AUTH, ...more })
  return openService(of.host, args, { ...moduleContext(), memo: of.memo }, { service })
}

async function opened(of: Cloud, service: ServiceName, more: Readonly<Record<string, unknown>> = {}): Promise<Api> {
  const api = await open(of, service, more)
  if (api instanceof Failure) throw new Error(api.message)
  return api
}

test('the catalogue tells where a service is, by region and interface, and an address without a version gets one', async (t) => {
  const one = cloud({ [LOGIN]: [login('t', NEUTRON, CINDER)] })
  t.is((await opened(one, 'network')).url, 'http://c:9696/v2.0')
  t.is((await opened(one, 'network', { interface: 'admin' })).url, 'http://admin:9696/v2.0')
  t.is((await opened(one, 'volume')).url, 'http://c:8776/v3/p1')
  t.is((await opened(one, 'volume', { region_name: 'Two' })).url, 'http://two:8776/v3/p1')
  t.is((await opened(one, 'network', { endpoint: 'http://other/net/v2.0/' })).url, 'http://other/net/v2.0')
  t.is(one.seen.length, 1)
})

test('a service that was registered after the login is found by a second one', async (t) => {
  const one = cloud({ [LOGIN]: [login('old'), login('new', NEUTRON)] })
  const api = await opened(one, 'network')
  t.deepEqual([api.url, api.session.token.reveal(), one.seen.length], ['http://c:9696/v2.0', 'new', 2])
})

test('a service that is in no catalogue is named with those that are', async (t) => {
  const failure = await open(cloud({ [LOGIN]: [login('t', NEUTRON, CINDER)] }), 'compute')
  t.true(failure instanceof Failure)
  if (!(failure instanceof Failure)) return
  t.is(failure.message, 'the catalogue has no public endpoint of compute (Nova)')
  t.regex(failure.hint ?? '', /^it has network, volumev3;/)
  const elsewhere = await open(cloud({ [LOGIN]: [login('t', NEUTRON)] }), 'network', { region_name: 'Two' })
  t.is(elsewhere instanceof Failure ? elsewhere.message : '', 'the catalogue has no public endpoint of network (Neutron) in region Two')
})

test('another password is another login', async (t) => {
  const one = cloud({ [LOGIN]: [login('t', NEUTRON), [401, { error: { message: 'no' } }]] })
  await opened(one, 'network')
  const refused = await open(one, 'network', { auth: { ...AUTH, password: 'wrong' } })
  t.regex(refused instanceof Failure ? refused.message : '', /gives joe no token: 401 no/)
})

test('a given token tells its catalogue itself', async (t) => {
  const one = cloud({ 'GET http://c:5000/v3/auth/tokens': [[200, { token: { catalog: [NEUTRON] } }]] })
  const api = await opened(one, 'network', { auth: { auth_url: 'http://c:5000/v3' }, login_token: 'given' })
  t.is(api.url, 'http://c:9696/v2.0')
  t.deepEqual(one.seen, ['GET http://c:5000/v3/auth/tokens [given]'])
})

test('a token that is refused is replaced once, in another second, and what follows uses the new one', async (t) => {
  const one = cloud({
    [LOGIN]: [login('old', NEUTRON), login('new', NEUTRON)],
    [`GET ${NETWORK}/networks/1`]: [
      [401, ''],
      [200, { network: {} }],
    ],
  })
  const api = await opened(one, 'network')
  const begun = Date.now()
  t.deepEqual(await getJson(api, '/networks/1'), { network: {} })
  t.true(Date.now() - begun >= 990)
  t.is(api.session.token.reveal(), 'new')
  t.deepEqual(one.seen.slice(1), [`GET ${NETWORK}/networks/1 [old]`, LOGIN, `GET ${NETWORK}/networks/1 [new]`])
})

const REFUSALS: readonly (readonly [Answer, RegExp, RegExp])[] = [
  [
    [403, { NeutronError: { message: 'not allowed' } }],
    /^Neutron refused GET \/networks: 403 not allowed$/,
    /roles of joe on project trial/,
  ],
  [[404, '<html><h1>Not Found</h1></html>'], /^Neutron has no \/networks at http:\/\/c:9696\/v2.0: 404$/, /endpoint in the catalogue/],
  [[503, 'busy'], /503 busy/, /look at its log/],
  [[0, ''], /^Neutron does not answer at http:\/\/c:9696\/v2.0: ECONNREFUSED$/, /is the service running/],
]

for (const [answer, message, hint] of REFUSALS) {
  test(`a list that is answered by ${String(answer[0])} is a failure with a hint`, async (t) => {
    const one = cloud({ [LOGIN]: [login('t', NEUTRON)], [`GET ${NETWORK}/networks`]: [answer] })
    const api = await opened(one, 'network')
    const failure = await reading(() => listAll(api, '/networks', 'networks'))
    t.true(failure instanceof Failure)
    if (!(failure instanceof Failure)) return
    t.regex(failure.message, message)
    t.regex(failure.hint ?? '', hint)
  })
}

const PAGES: Readonly<Record<string, object>> = {
  Neutron: {
    networks_links: [
      { rel: 'previous', href: 'http://x/y?p=1' },
      { rel: 'next', href: 'http://10.0.0.1:9696/v2.0/networks?marker=1' },
    ],
  },
  Glance: { next: '/v2/networks?marker=1' },
  Keystone: { links: { next: 'http://c/v3/networks?marker=1', self: 'x' } },
}

for (const [style, links] of Object.entries(PAGES)) {
  test(`pages in the way of ${style} are read to the last`, async (t) => {
    const one = cloud({
      [LOGIN]: [login('t', NEUTRON)],
      [`GET ${NETWORK}/networks?limit=1`]: [[200, { networks: [{ id: '1' }], ...links }]],
      [`GET ${NETWORK}/networks?marker=1`]: [[200, { networks: [{ id: '2' }], links: {}, next: null }]],
    })
    t.deepEqual(await listAll(await opened(one, 'network'), '/networks?limit=1', 'networks'), [{ id: '1' }, { id: '2' }])
  })
}

const UUID = '6f70656e-7374-6163-6b20-72756e206f6b'
const LAN = { kind: 'neutron_network', path: '/networks', noun: 'network' }

test('a thing is found by its name, or by its id, in one request', async (t) => {
  const one = cloud({
    [LOGIN]: [login('t', NEUTRON)],
    [`GET ${NETWORK}/networks?name=lan`]: [[200, { networks: [{ id: 'n1', name: 'lan' }] }]],
    [`GET ${NETWORK}/networks/${UUID}`]: [[200, { network: { id: UUID } }]],
  })
  const api = await opened(one, 'network')
  t.deepEqual(await findNamed(api, { ...LAN, keys: ['lan'], nameOrId: 'lan' }), { exists: true, id: 'n1', data: { id: 'n1', name: 'lan' } })
  t.deepEqual(await findNamed(api, { ...LAN, keys: [UUID], nameOrId: UUID }), { exists: true, id: UUID, data: { id: UUID } })
  t.is(one.seen.length, 3)
})

test('a name that several things have is refused with their ids', async (t) => {
  const one = cloud({
    [LOGIN]: [login('t', NEUTRON)],
    [`GET ${NETWORK}/networks?name=lan`]: [[200, { networks: [{ id: 'a' }, { id: 'b' }] }]],
  })
  const api = await opened(one, 'network')
  const failure = await reading(() => findNamed(api, { ...LAN, keys: ['lan'], nameOrId: 'lan' }))
  t.regex(failure instanceof Failure ? `${failure.message} ${failure.hint ?? ''}` : '', /there are 2 networks .* give the id of one: a, b/)
})

test("a cold worker of Neutron's is warmed by another question", async (t) => {
  const cold: Answer = [500, { NeutronError: { type: 'HTTPInternalServerError', message: 'Request Failed: internal server error' } }]
  const one = cloud({
    [LOGIN]: [login('t', NEUTRON)],
    [`GET ${NETWORK}/ports?name=p`]: [cold, cold, [200, { ports: [] }]],
    [`GET ${NETWORK}/networks?limit=1`]: [[200, { networks: [] }]],
    [`GET ${NETWORK}/subnetpools?limit=1`]: [[200, { subnetpools: [] }]],
  })
  t.deepEqual(await find(await opened(one, 'network'), 'neutron_port', 'p', '/ports?name=p'), { exists: false })
  t.is(one.seen.filter((asked) => asked.includes('/networks')).length, 2)
})

function predicted(of: Cloud, ...effects: Parameters<Prediction['apply']>[0]): Cloud {
  const prediction = new Prediction()
  prediction.apply(effects)
  return { ...of, host: createPredictedHost({ ...of.host, probe: emptyAnswer }, prediction) }
}

function emptyAnswer<T>(probe: Probe<T>): Promise<T> {
  const state = probe.parse({ rc: 0, stdout: Buffer.alloc(0), text: '', stderr: '' })
  return state instanceof Unavailable ? Promise.reject(new Error(state.reason)) : Promise.resolve(state)
}

test('in check mode a cloud that is still to be set up has only what was predicted of it', async (t) => {
  const lan = { exists: true, data: { name: 'lan' } }
  const one = predicted(cloud({}), packageInstalled('keystone'), resource('neutron_network', 'lan', lan, 'run'))
  const api = await opened(one, 'network')
  t.true(api.fresh)
  t.deepEqual(await findNamed(api, { ...LAN, keys: ['lan'], nameOrId: 'lan' }), lan)
  t.deepEqual(await findNamed(api, { ...LAN, keys: ['other'], nameOrId: 'other' }), { exists: false })
})

test('in check mode a service that will only be registered, or does not answer yet, is fresh', async (t) => {
  const registered = predicted(
    cloud({ [LOGIN]: [login('t')] }),
    resource('keystone_service', 'type network', { exists: true, data: {} }, 'run'),
  )
  t.true((await opened(registered, 'network')).fresh)
  const silent = predicted(cloud({ [LOGIN]: [login('t', NEUTRON)] }), packageInstalled('neutron-api'))
  t.true((await opened(silent, 'network')).fresh)
  const running = predicted(cloud({ [LOGIN]: [login('t', NEUTRON)], 'GET http://c:9696/': [[200, '']] }), packageInstalled('nova-api'))
  t.false((await opened(running, 'network')).fresh)
})

test('in check mode a service that nothing will set up is missing all the same', async (t) => {
  t.true((await open(predicted(cloud({ [LOGIN]: [login('t')] })), 'network')) instanceof Failure)
})

test('the Identity API needs no catalogue', async (t) => {
  const one = cloud({ [LOGIN]: [[201, '{}', { 'x-subject-token': 't' }]] })
  const args = z.strictObject(serviceArguments).parse({ auth: AUTH })
  const api = await openIdentity(one.host, args, { ...moduleContext(), memo: one.memo })
  t.is(api instanceof Failure ? api.message : api.url, 'http://c:5000/v3')
})
