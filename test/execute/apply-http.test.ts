import { createServer } from 'node:http'
import test, { type ExecutionContext } from 'ava'
import { Secret } from '../../runner/base/value.ts'
import { type Applied, applyChanges } from '../../runner/execute/apply.ts'
import { httpOver } from '../../runner/host/http.ts'
import { type Action, type HttpAction, type HttpPollAction, ref } from '../../runner/module/change.ts'
import { withLocalMachine } from '../_harness/local.ts'

interface Answer {
  readonly status: number
  readonly body: unknown
}

/** Answers one after the other, the last one for ever. */
async function serve(t: ExecutionContext, answers: readonly Answer[]): Promise<{ readonly url: string; readonly seen: string[] }> {
  const seen: string[] = []
  const server = createServer((request, response) => {
    const answer = answers[Math.min(seen.length, answers.length - 1)]
    seen.push(`${request.method ?? ''} ${request.url ?? ''}`)
    response.writeHead(answer?.status ?? 500, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer?.body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return { url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? String(address.port) : ''}`, seen }
}

function apply(action: HttpAction | HttpPollAction, signal = new AbortController().signal): Promise<Applied> {
  return applyAll([action], signal)
}

function applyAll(actions: readonly Action[], signal = new AbortController().signal): Promise<Applied> {
  return withLocalMachine('dash', ({ session, connection }) =>
    applyChanges([{ what: 'test', actions }], {
      session,
      connection: () => Promise.resolve(connection),
      httpOver,
      signal,
      env: {},
    }),
  )
}

function server(status: string, fault?: string): Answer {
  return { status: 200, body: { server: { status, ...(fault === undefined ? {} : { fault: { message: fault } }) } } }
}

function waitFor(url: string, more: Partial<HttpPollAction> = {}): HttpPollAction {
  return {
    do: 'http-poll',
    id: 'wait',
    request: { method: 'GET', url: `${url}/servers/1` },
    until: { path: ['server', 'status'], values: ['ACTIVE'] },
    fails: { path: ['server', 'status'], values: ['ERROR'] },
    why: ['server', 'fault', 'message'],
    timeout: 5_000,
    interval: 20,
    purpose: 'wait for server one',
    ...more,
  }
}

test('a wait asks until the field has the wanted value, past answers that are none', async (t) => {
  const { url, seen } = await serve(t, [server('BUILD'), { status: 503, body: {} }, server('active')])
  const { outcomes, failed } = await apply(waitFor(url))
  t.is(failed, undefined)
  t.deepEqual([seen.length, outcomes[0]?.http?.body], [3, { server: { status: 'active' } }])
})

test('a wait ends where the thing has failed, with its own words', async (t) => {
  const { url, seen } = await serve(t, [server('BUILD'), server('ERROR', 'No valid host was found.')])
  const { failed } = await apply(waitFor(url))
  t.is(failed?.message, 'wait for server one: status is ERROR: No valid host was found.')
  t.is(seen.length, 2)
})

test('a wait that is over tells how things stand', async (t) => {
  const { url } = await serve(t, [server('BUILD')])
  const { failed, outcomes } = await apply(waitFor(url, { timeout: 100 }))
  t.is(failed?.message, 'wait for server one: not within 0.1 s: status is BUILD')
  t.true(outcomes[0]?.timedOut)
})

test('the end of the run ends a wait, and is thrown as what it is', async (t) => {
  const { url } = await serve(t, [server('BUILD')])
  const abort = new AbortController()
  setTimeout(() => {
    abort.abort(new Error('the run was ended'))
  }, 200)
  await t.throwsAsync(apply(waitFor(url, { interval: 2_000 }), abort.signal), { message: 'the run was ended' })
})

test('a refusal ends a wait at once', async (t) => {
  const { url, seen } = await serve(t, [{ status: 404, body: { itemNotFound: { message: 'Instance 1 could not be found.' } } }])
  t.is((await apply(waitFor(url))).failed?.message, 'wait for server one: HTTP 404: Instance 1 could not be found.')
  t.is(seen.length, 1)
})

test('a thing that is to go is awaited until it is not found', async (t) => {
  const { url, seen } = await serve(t, [server('ACTIVE'), { status: 404, body: {} }])
  t.is((await apply(waitFor(url, { until: 'gone' }))).failed, undefined)
  t.is(seen.length, 2)
})

test('a thing that will not go says so', async (t) => {
  const { url } = await serve(t, [server('ERROR', 'disk')])
  t.is((await apply(waitFor(url, { until: 'gone' }))).failed?.message, 'wait for server one: status is ERROR: disk')
  t.is(
    (await apply(waitFor(url, { until: 'gone', fails: undefined, timeout: 50 }))).failed?.message,
    'wait for server one: not within 0.05 s: it is still there',
  )
})

const RETRY = { status: [500], text: 'port_forwardings', times: 3, interval: 10 }

test('a failure that passes by itself is asked again, another one is not', async (t) => {
  const cold = { status: 500, body: { NeutronError: { message: "type object 'Port' has no attribute 'port_forwardings'" } } }
  const passing = await serve(t, [cold, cold, { status: 201, body: { port: { id: 'p' } } }])
  const action: HttpAction = { do: 'http', request: { method: 'POST', url: `${passing.url}/ports` }, retry: RETRY, purpose: 'make a port' }
  t.is((await apply(action)).failed, undefined)
  t.is(passing.seen.length, 3)
  const lasting = await serve(t, [cold])
  t.regex(
    (await apply({ ...action, request: { method: 'POST', url: `${lasting.url}/ports` } })).failed?.message ?? '',
    /HTTP 500 .*port_forwardings/,
  )
  t.is(lasting.seen.length, 4)
  const other = await serve(t, [{ status: 500, body: { NeutronError: { message: 'other' } } }])
  await apply({ ...action, request: { method: 'POST', url: `${other.url}/ports` } })
  t.is(other.seen.length, 1)
})

test('a refusal comes with what can be done about it', async (t) => {
  const { url } = await serve(t, [{ status: 403, body: { forbidden: { message: 'Policy does not allow it.' } } }])
  const { failed } = await apply({
    do: 'http',
    request: { method: 'POST', url: `${url}/x` },
    hints: [
      { status: 403, text: 'quota', hint: 'raise it' },
      { status: 403, hint: 'ask the owner' },
    ],
    purpose: 'make x',
  })
  t.is(failed?.message, `cannot make x: HTTP 403 from ${url}/x: Policy does not allow it. (ask the owner)`)
})

test('a request is filled from the answers before it', async (t) => {
  const seen: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      seen.push(`${request.method ?? ''} ${request.url ?? ''} ${body}`)
      response.writeHead(request.url === '/refused' ? 409 : 201, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ project: { id: 'a b' }, error: 'taken' }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const base = `http://127.0.0.1:${typeof address === 'object' && address !== null ? String(address.port) : ''}`
  const done = await applyAll([
    {
      do: 'http',
      id: 'create',
      request: { method: 'POST', url: `${base}/projects`, json: { name: 'p', password: new Secret('s3') } },
      purpose: 'create the project',
    },
    {
      do: 'http',
      request: {
        method: 'PUT',
        url: [`${base}/grants/`, ref('create', ['project', 'id'])],
        json: { of: ref('create', ['project', 'id']) },
      },
      purpose: 'grant',
    },
    { do: 'http', request: { method: 'GET', url: `${base}/refused` }, purpose: 'ask' },
  ])
  server.close()
  t.deepEqual(seen, ['POST /projects {"name":"p","password":"s3"}', 'PUT /grants/a%20b {"of":"a b"}', 'GET /refused '])
  t.regex(done.failed?.message ?? '', /^cannot ask: HTTP 409 from .*taken/)
})
