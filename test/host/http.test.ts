import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import * as z from 'zod'
import { Secret } from '../../runner/base/value.ts'
import type { HttpRequest, HttpResponse } from '../../runner/host/host.ts'
import { httpOver } from '../../runner/host/http.ts'
import type { Connection } from '../../runner/host/session.ts'
import { type Sshd, startSshd } from '../_harness/sshd.ts'
import { localSettings, open } from './_connections.ts'

const NEVER = new AbortController().signal

let sshd: Sshd
let plain: Served
let other: Served
let secure: Served
let folder: string

interface Served {
  readonly url: string
  readonly port: number
  /** Connections accepted so far. */
  readonly connections: () => number
  close(): void
}

test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stackrun-http-'))
  const make = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
  ]
  execFileSync('openssl', [...make, '-keyout', join(folder, 'key'), '-out', join(folder, 'cert')], { stdio: 'ignore' })
  sshd = await startSshd()
  plain = await serve(createServer(answer), 'http')
  other = await serve(createServer(answer), 'http')
  secure = await serve(
    createTlsServer({ key: readFileSync(join(folder, 'key')), cert: readFileSync(join(folder, 'cert')) }, answer),
    'https',
  )
})

test.after.always(async () => {
  for (const server of [plain, other, secure]) server.close()
  await sshd.stop()
  rmSync(folder, { recursive: true })
})

function serve(server: Server, protocol: string): Promise<Served> {
  let count = 0
  server.on('connection', () => {
    count += 1
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      const close = (): void => {
        server.closeAllConnections()
        server.close()
      }
      resolve({ url: `${protocol}://127.0.0.1:${String(port)}`, port, connections: () => count, close })
    })
  })
}

/** Says what was asked; some paths behave in a way of their own. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://x')
  const to = url.searchParams.get('to') ?? '/'
  if (url.pathname === '/silent') return
  if (url.pathname === '/cut') {
    request.socket.destroy()
    return
  }
  if (url.pathname === '/closes') {
    response
      .writeHead(204, { connection: 'keep-alive' })
      .end(() => setTimeout(() => request.socket.end(), Number(url.searchParams.get('after'))))
    return
  }
  if (url.pathname === '/early') {
    response.writeHead(401).end('who are you')
    return
  }
  if (url.pathname === '/loop') {
    response.writeHead(302, { location: '/loop' }).end()
    return
  }
  if (url.pathname === '/redirect') {
    response.writeHead(Number(url.searchParams.get('status') ?? 302), { location: to }).end('moved')
    return
  }
  if (url.pathname === '/bytes') {
    response.end(Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)))
    return
  }
  void text(request).then((body) => {
    const { authorization = '', 'x-auth-token': token = '' } = request.headers
    response.writeHead(url.pathname === '/missing' ? 404 : 200, { 'X-Seen': 'yes' })
    response.end(JSON.stringify({ method: request.method, path: request.url, body, authorization, token }))
  })
}

function get(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'GET', url, ...more }
}

function seen(response: HttpResponse): Record<string, unknown> {
  const body: unknown = JSON.parse(String(response.body))
  return z.record(z.string(), z.unknown()).parse(body)
}

for (const kind of ['local', 'ssh'] as const) {
  const law = (name: string, body: (t: ExecutionContext, connection: Connection) => Promise<void>): void => {
    test(`${kind}: ${name}`, async (t) => {
      const connection = await open(kind === 'local' ? localSettings() : sshd.settings())
      t.teardown(() => connection.close())
      await body(t, connection)
    })
  }

  law('method, path, headers and body arrive, and status, headers and bytes come back', async (t, connection) => {
    const request = {
      method: 'POST',
      url: `${plain.url}/v3/users?name=a%20b`,
      headers: { 'X-Auth-Token': new Secret('tok') },
      body: new Secret('{"a":"ö"}'),
    }
    const response = await httpOver(connection, request, NEVER)
    t.deepEqual([response.status, response.headers['x-seen'], response.url], [200, 'yes', request.url])
    t.deepEqual(seen(response), { method: 'POST', path: '/v3/users?name=a%20b', body: '{"a":"ö"}', authorization: '', token: 'tok' })
    t.is((await httpOver(connection, get(`${plain.url}/missing`), NEVER)).status, 404)
    t.is((await httpOver(connection, get(`${plain.url}/bytes`), NEVER)).body.length, 256)
  })

  law('a file of the controller is streamed as the body, as often as it is needed', async (t, connection) => {
    const path = join(folder, `body-${kind}`)
    const bytes = 'stackrun'.repeat(300_000)
    writeFileSync(path, bytes)
    for (const method of ['PUT', 'POST']) {
      const response = await httpOver(connection, get(plain.url, { method, body: { local: path } }), NEVER)
      t.deepEqual([response.status, seen(response)['body'] === bytes], [200, true])
    }
    t.regex((await httpOver(connection, get(plain.url, { method: 'PUT', body: { local: `${path}.not` } }), NEVER)).error ?? '', /ENOENT/)
  })

  law('a server that refuses before the whole file was sent is heard', async (t, connection) => {
    const path = join(folder, `early-${kind}`)
    writeFileSync(path, Buffer.alloc(8_000_000))
    const response = await httpOver(connection, get(`${plain.url}/early`, { method: 'PUT', body: { local: path } }), NEVER)
    t.deepEqual([response.status, String(response.body)], [401, 'who are you'])
    t.is((await httpOver(connection, get(plain.url), NEVER)).status, 200)
  })

  law('requests that may be repeated share a stream', async (t, connection) => {
    const server = await serve(createServer(answer), 'http')
    t.teardown(() => {
      server.close()
    })
    for (let turn = 0; turn < 5; turn += 1) t.is((await httpOver(connection, get(server.url), NEVER)).status, 200)
    t.is(server.connections(), 1)
    for (let turn = 0; turn < 2; turn += 1) await httpOver(connection, get(server.url, { method: 'POST' }), NEVER)
    t.is(server.connections(), 3)
  })

  for (const after of [0, 30]) {
    law(`a stream that its server closed ${String(after)} ms after a 204 is not used again`, async (t, connection) => {
      for (const wait of [0, 100]) {
        const closed = await httpOver(connection, get(`${plain.url}/closes?after=${String(after)}`, { method: 'DELETE' }), NEVER)
        t.is(closed.status, 204)
        await delay(wait)
        const next = await httpOver(connection, get(plain.url, { timeout: 5000 }), NEVER)
        t.deepEqual([next.status, next.error], [200, undefined])
      }
    })
  }

  law('a stream may be used many times', async (t, connection) => {
    const warnings: string[] = []
    const warned = (warning: Error): void => {
      if (warning.name === 'MaxListenersExceededWarning') warnings.push(warning.message)
    }
    process.on('warning', warned)
    t.teardown(() => process.off('warning', warned))
    for (let turn = 0; turn < 15; turn += 1) await httpOver(connection, get(plain.url), NEVER)
    await delay(10)
    t.deepEqual(warnings, [])
  })

  law('what nobody answers is a status of 0 with its reason', async (t, connection) => {
    const refused = await httpOver(connection, get('http://127.0.0.1:1/'), NEVER)
    t.deepEqual([refused.status, refused.body.length, /ECONNREFUSED/.test(refused.error ?? '')], [0, 0, true])
    const late = await httpOver(connection, get(`${plain.url}/silent`, { timeout: 100 }), NEVER)
    t.regex(late.error ?? '', /ETIMEDOUT/)
    const cut = await httpOver(connection, get(`${plain.url}/cut`, { method: 'POST' }), NEVER)
    t.regex(cut.error ?? '', /ECONNRESET/)
    t.is((await httpOver(connection, get(plain.url), NEVER)).status, 200)
  })

  law('an aborted request rejects', async (t, connection) => {
    const abort = new AbortController()
    setTimeout(() => {
      abort.abort(new Error('enough'))
    }, 50)
    await t.throwsAsync(httpOver(connection, get(`${plain.url}/silent`), abort.signal), { message: 'enough' })
  })

  law('certificates are validated unless told otherwise', async (t, connection) => {
    const refused = await httpOver(connection, get(secure.url), NEVER)
    t.deepEqual([refused.status, /SELF_SIGNED/.test(refused.error ?? '')], [0, true])
    for (let turn = 0; turn < 3; turn += 1) t.is((await httpOver(connection, get(secure.url, { validateCerts: false }), NEVER)).status, 200)
    t.is((await httpOver(connection, get(secure.url), NEVER)).status, 0)
  })

  law('redirects are followed as asked', async (t, connection) => {
    const moved = `${plain.url}/redirect?to=/there`
    const followed = await httpOver(connection, get(moved), NEVER)
    t.deepEqual([followed.status, followed.url], [200, `${plain.url}/there`])
    t.is((await httpOver(connection, get(moved, { followRedirects: 'none' }), NEVER)).status, 302)
    t.is((await httpOver(connection, get(moved, { method: 'POST' }), NEVER)).status, 302)
    const all = await httpOver(connection, get(moved, { method: 'POST', body: 'x', followRedirects: 'all' }), NEVER)
    t.deepEqual([seen(all)['method'], seen(all)['body']], ['GET', ''])
    const kept = await httpOver(connection, get(`${moved}&status=307`, { method: 'POST', body: 'x', followRedirects: 'all' }), NEVER)
    t.deepEqual([seen(kept)['method'], seen(kept)['body']], ['POST', 'x'])
    t.is((await httpOver(connection, get(`${plain.url}/loop`), NEVER)).status, 302)
  })

  law('a redirect to another origin does not take secrets along', async (t, connection) => {
    const headers = { Authorization: 'Basic x', 'X-Auth-Token': new Secret('tok') }
    const away = await httpOver(connection, get(`${plain.url}/redirect?to=${other.url}/`, { headers }), NEVER)
    t.deepEqual([seen(away)['authorization'], seen(away)['token']], ['', ''])
    const home = await httpOver(connection, get(`${plain.url}/redirect?to=${plain.url}/`, { headers }), NEVER)
    t.deepEqual([seen(home)['authorization'], seen(home)['token']], ['Basic x', 'tok'])
  })
}

test('a host that forbids forwarding says so', async (t) => {
  const closed = await startSshd({ config: ['AllowTcpForwarding no'] })
  t.teardown(() => closed.stop())
  const connection = await open(closed.settings())
  t.teardown(() => connection.close())
  t.regex((await httpOver(connection, get(plain.url), NEVER)).error ?? '', /EACCES: .*does not allow forwarding/)
})
