import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import test, { type ExecutionContext } from 'ava'
import { Secret } from '../../runner/base/value.ts'
import { type Applied, applyChanges } from '../../runner/execute/apply.ts'
import { httpOver } from '../../runner/host/http.ts'
import type { HostBody } from '../../runner/module/change.ts'
import { withLocalMachine } from '../_harness/local.ts'

interface Taken {
  readonly line: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

const IMAGE = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251))

/** Gives the image at /image, and takes what is put elsewhere. */
async function serve(t: ExecutionContext, status = 201): Promise<{ readonly url: string; readonly taken: Taken[] }> {
  const taken: Taken[] = []
  const server = createServer((request, response) => {
    if (request.url === '/image') return response.end(IMAGE)
    void buffer(request).then((body) => {
      taken.push({ line: `${request.method ?? ''} ${request.url ?? ''}`, headers: request.headers, body })
      response.writeHead(status).end(status === 201 ? 'taken' : 'no room')
    })
    return undefined
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return { url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? String(address.port) : ''}`, taken }
}

function put(url: string, body: HostBody): Promise<Applied> {
  const headers = { 'X-Auth-Token': new Secret('a "token" \\ of $HOME'), 'Content-Type': 'application/octet-stream' }
  const request = { method: 'PUT', url: `${url}/c/o%20o`, headers, body }
  return withLocalMachine('dash', ({ session, connection }) =>
    applyChanges([{ what: 'test', actions: [{ do: 'http', id: 'put', request, purpose: 'upload it' }] }], {
      session,
      connection: () => Promise.resolve(connection),
      httpOver,
      signal: new AbortController().signal,
      env: { no_proxy: '*' },
    }),
  )
}

test('the host sends a file of its own, with its secrets out of sight', async (t) => {
  const { url, taken } = await serve(t)
  const folder = await mkdtemp(join(tmpdir(), 'host-body-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, "it's.img"), IMAGE)
  const { outcomes, failed } = await put(url, { remote: join(folder, "it's.img") })
  t.is(failed, undefined)
  t.like(outcomes[0]?.http, { status: 201, text: 'taken' })
  t.is(taken[0]?.line, 'PUT /c/o%20o')
  t.like(taken[0]?.headers, { 'x-auth-token': 'a "token" \\ of $HOME', 'content-type': 'application/octet-stream' })
  t.deepEqual(taken[0]?.body, IMAGE)
})

test('what an address gives is sent when all of it has come and is the right thing', async (t) => {
  const { url, taken } = await serve(t)
  const hex = createHash('sha512').update(IMAGE).digest('hex')
  t.is((await put(url, { download: `${url}/image`, digest: { algorithm: 'sha512', hex } })).failed, undefined)
  t.deepEqual(taken[0]?.body, IMAGE)
  const before = (await readdir('/var/tmp')).filter((name) => name.startsWith('.stackrun.')).length
  const wrong = await put(url, { download: `${url}/image`, digest: { algorithm: 'md5', hex: '0'.repeat(32) } })
  t.regex(wrong.failed?.message ?? '', /^cannot upload it: what http:.*\/image gives does not have the md5 0{32}$/)
  t.is((await readdir('/var/tmp')).filter((name) => name.startsWith('.stackrun.')).length, before)
  t.is(taken.length, 1)
})

test('a refusal and a missing file are told', async (t) => {
  const { url } = await serve(t, 507)
  const refused = await put(url, { remote: '/etc/hostname' })
  t.is(refused.failed?.message, `cannot upload it: HTTP 507 from ${url}/c/o%20o: no room`)
  const missing = await put(url, { remote: '/nonexistent' })
  t.regex(missing.failed?.message ?? '', /^cannot upload it: curl: .*(nonexistent|open)/i)
})
