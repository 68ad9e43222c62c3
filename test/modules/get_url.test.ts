import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import test from 'ava'
import { checksumIn } from '../../modules/_checksum.ts'
import { urlName } from '../../modules/_get-url.ts'
import getUrl from '../../modules/get_url.ts'
import { Prediction } from '../../runner/host/prediction.ts'
import { runModule, runTwice } from '../_harness/module.ts'

const folder = mkdtempSync(join(tmpdir(), 'get-url-'))
const at = (name: string): string => join(folder, name)
const sum = (text: string, algorithm = 'sha256'): string => createHash(algorithm).update(text).digest('hex')

const CHANGED_AT = new Date('2020-02-02T02:02:02Z')
const seen: string[] = []
const server = createServer((request, response) => {
  const { url = '', method = '', headers } = request
  seen.push(`${method} ${url} ${headers.authorization ?? ''}`.trim())
  const since = headers['if-modified-since']
  if (url === '/one' && since !== undefined && new Date(since) >= CHANGED_AT) response.writeHead(304).end()
  else if (url === '/one') send(response, method, 'one\n', { 'last-modified': CHANGED_AT.toUTCString() })
  else if (url === '/two') send(response, method, 'two\n')
  else if (url === '/sums') send(response, method, `${sum('x')}  other\n${sum('one\n')} *dir/one\n`)
  else if (url === '/named') send(response, method, 'n', { 'content-disposition': 'attachment; filename="../../evil.txt"' })
  else if (url === '/packed') response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('plain'))
  else if (url === '/moved') response.writeHead(302, { location: '/one' }).end()
  else if (url === '/slow') void slowly(response)
  else if (url === '/cut') response.writeHead(200, { 'content-length': '100' }).write('only', () => response.destroy())
  else response.writeHead(404).end('no')
})
const base = new Promise<string>((resolve) => {
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    resolve(`http://127.0.0.1:${typeof address === 'object' && address !== null ? String(address.port) : ''}`)
  })
})

function send(response: ServerResponse, method: string, text: string, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(200, { ...headers, 'content-length': String(text.length) }).end(method === 'HEAD' ? undefined : text)
}

/** The second half comes only when the first one has arrived on the host's disk. */
async function slowly(response: ServerResponse): Promise<void> {
  const half = Buffer.alloc(1024 * 1024, 'a')
  response.writeHead(200, { 'content-length': String(half.length * 2) })
  response.write(half)
  const arrived = (): boolean =>
    readdirSync(at('slow')).some((name) => name.startsWith('.stackrun.') && statSync(at(`slow/${name}`)).size > 0)
  for (let turn = 0; turn < 200 && !arrived(); turn += 1) await sleep(20)
  if (arrived()) response.end(half)
  else response.destroy()
}

test.after.always(() => {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true })
})

test.serial('a new file, with mode and checksums; a server that has nothing newer is believed', async (t) => {
  const task = { url: `${await base}/one`, dest: at('one'), mode: '0600' }
  const { first, second } = await runTwice(getUrl, task)
  t.deepEqual([first.status, second.status], ['changed', 'ok'])
  t.is(readFileSync(at('one'), 'utf8'), 'one\n')
  t.is(statSync(at('one')).mode & 0o777, 0o600)
  const sha1 = sum('one\n', 'sha1')
  t.like(first.data, {
    status_code: 200,
    msg: 'OK (4 bytes)',
    size: 4,
    checksum_src: sha1,
    checksum_dest: sha1,
    mode: '0600',
    state: 'file',
  })
  t.like(second.data, { status_code: 304, msg: 'HTTP Error 304: Not Modified', size: 4 })
})

test.serial('what differs is replaced, with force each time it is asked for, and kept as a backup', async (t) => {
  const url = `${await base}/two`
  writeFileSync(at('two'), 'old\n')
  const run = await runModule(getUrl, { url, dest: at('two'), backup: true })
  t.is(run.status, 'changed')
  t.is(readFileSync(String(run.data['backup_file']), 'utf8'), 'old\n')
  const again = await runModule(getUrl, { url, dest: at('two'), force: true, backup: true })
  t.is(again.status, 'ok')
  t.is(again.data['backup_file'], undefined)
  t.is(readFileSync(at('two'), 'utf8'), 'two\n')
})

test.serial('a file that has the checksum is not asked for; one that arrives with another is not kept', async (t) => {
  const url = `${await base}/two`
  for (const algorithm of ['sha256', 'sha1', 'md5', 'sha512']) {
    writeFileSync(at('proved'), 'two\n')
    const before = seen.length
    const run = await runModule(getUrl, { url, dest: at('proved'), checksum: `${algorithm}:${sum('two\n', algorithm).toUpperCase()}` })
    t.deepEqual([run.status, run.data['msg'], seen.length], ['ok', 'file already exists', before], algorithm)
  }
  const wrong = await runModule(getUrl, { url, dest: at('wrong'), checksum: `sha256:${sum('other')}` })
  t.is(wrong.status, 'failed')
  t.regex(wrong.failure ?? '', new RegExp(`${sum('two\n')} and not ${sum('other')}`))
  t.deepEqual(
    readdirSync(folder).filter((name) => name === 'wrong' || name.startsWith('.stackrun')),
    [],
  )
})

test.serial('a checksum from a list of them', async (t) => {
  const origin = await base
  const task = { url: `${origin}/one`, dest: at('listed'), checksum: `sha256:${origin}/sums` }
  const { first, second } = await runTwice(getUrl, task)
  t.deepEqual([first.status, second.status], ['changed', 'ok'])
  const none = await runModule(getUrl, { ...task, url: `${origin}/two` })
  t.regex(none.failure ?? '', /Unable to find a checksum for file 'two'/)
})

test.serial('into a folder: the name is the server’s or the URL’s, and stays in the folder', async (t) => {
  const origin = await base
  mkdirSync(at('into'))
  t.is((await runModule(getUrl, { url: `${origin}/moved`, dest: at('into') })).data['dest'], at('into/one'))
  t.is((await runModule(getUrl, { url: `${origin}/named`, dest: at('into/') })).data['dest'], at('into/evil.txt'))
  t.deepEqual(readdirSync(at('into')).sort(), ['evil.txt', 'one'])
})

test.serial('a server that does not give the file is a failure, and nothing is left', async (t) => {
  const origin = await base
  const missing = await runModule(getUrl, { url: `${origin}/none`, dest: at('none') })
  t.is(missing.failure, `cannot download ${origin}/none: HTTP 404 Not Found`)
  t.is(missing.data['status_code'], 404)
  const dead = await runModule(getUrl, { url: 'http://127.0.0.1:1/x', dest: at('none') })
  t.regex(dead.failure ?? '', /cannot download .*ECONNREFUSED/)
  const cut = await runModule(getUrl, { url: `${origin}/cut`, dest: at('none') })
  t.regex(cut.failure ?? '', /cannot download/)
  t.deepEqual(
    readdirSync(folder).filter((name) => name === 'none' || name.startsWith('.stackrun')),
    [],
  )
})

test.serial('bytes go to the host as they come', async (t) => {
  mkdirSync(at('slow'))
  const run = await runModule(getUrl, { url: `${await base}/slow`, dest: at('slow/file') })
  t.is(run.status, 'changed', run.failure)
  t.is(statSync(at('slow/file')).size, 2 * 1024 * 1024)
})

test.serial('what the server packed is unpacked unless told otherwise', async (t) => {
  const url = `${await base}/packed`
  await runModule(getUrl, { url, dest: at('plain') })
  t.is(readFileSync(at('plain'), 'utf8'), 'plain')
  await runModule(getUrl, { url, dest: at('gz'), decompress: false })
  t.is(readFileSync(at('gz'))[0], 0x1f)
})

test.serial('a user and a password are sent', async (t) => {
  await runModule(getUrl, { url: `${await base}/two`, dest: at('auth'), username: 'joe', password: 'pw' })
  t.true(seen.includes(`GET /two Basic ${Buffer.from('joe:pw').toString('base64')}`))
})

test.serial('check mode asks with HEAD and says what it can know', async (t) => {
  const origin = await base
  const check = { check: true, prediction: new Prediction() }
  const fresh = { url: `${origin}/two`, dest: at('foreseen') }
  t.is((await runModule(getUrl, fresh, check)).status, 'changed')
  t.false(existsSync(at('foreseen')))
  const known = { ...fresh, dest: at('known'), checksum: `sha256:${sum('two\n')}` }
  t.is((await runModule(getUrl, known, check)).status, 'changed')
  t.is((await runModule(getUrl, known, check)).status, 'ok')
  writeFileSync(at('stands'), 'two!')
  t.is((await runModule(getUrl, { ...fresh, dest: at('stands') }, check)).status, 'unknown')
  writeFileSync(at('longer'), 'longer than that')
  t.is((await runModule(getUrl, { ...fresh, dest: at('longer') }, check)).status, 'changed')
  writeFileSync(at('newer'), 'x')
  utimesSync(at('newer'), new Date(), new Date())
  t.is((await runModule(getUrl, { url: `${origin}/one`, dest: at('newer') }, check)).status, 'ok')
  t.is((await runModule(getUrl, { url: `${origin}/none`, dest: at('never') }, check)).status, 'unknown')
})

test.serial('only the mode of a file differs', async (t) => {
  writeFileSync(at('mode'), 'two\n', { mode: 0o644 })
  const run = await runModule(getUrl, { url: `${await base}/two`, dest: at('mode'), mode: '0640', checksum: `sha256:${sum('two\n')}` })
  t.deepEqual(
    run.changes.map((change) => change.what),
    [`set mode 0640 of ${at('mode')}`],
  )
})

test.serial('names in URLs never lead elsewhere', (t) => {
  t.is(urlName('http://h/a/b.deb?x=1'), 'b.deb')
  t.is(urlName('http://h/'), 'index.html')
  t.is(urlName('http://h/a/%2e%2e%2fb'), 'b')
  t.is(urlName('http://h/a/%2F..'), 'index.html')
})

test.serial('lists of checksums in their forms', (t) => {
  t.is(checksumIn('abc  a.iso\ndef  b.iso\n', 'b.iso'), 'def')
  t.is(checksumIn('abc *./b.iso', 'b.iso'), 'abc')
  t.is(checksumIn('SHA256 (b.iso) = def', 'b.iso'), 'def')
  t.is(checksumIn('abc\n', 'b.iso'), 'abc')
  t.is(checksumIn('abc  a.iso\n', 'b.iso'), undefined)
})
