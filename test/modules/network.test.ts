import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttp } from 'node:http'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import brctl from '../../modules/brctl.ts'
import losetup from '../../modules/losetup.ts'
import sysctl from '../../modules/sysctl.ts'
import uri from '../../modules/uri.ts'
import waitFor from '../../modules/wait_for.ts'
import { parseArgs, runModule, runTwice } from '../_harness/module.ts'

const folder = mkdtempSync(join(tmpdir(), 'network-'))
const at = (name: string): string => join(folder, name)
const suffix = String(process.pid % 100_000)
const bridge = `brt${suffix}`
const port = `brp${suffix}`
const sh = (script: string): string => spawnSync('sh', ['-c', script], { encoding: 'utf8' }).stdout.trim()

const http = createHttp((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const { method, url, headers } = request
    const status = url === '/missing' ? 404 : 200
    response.writeHead(status, { 'Content-Type': 'application/json', 'X-Some-Header': 'v', 'Set-Cookie': ['a=1; Path=/', 'b=2'] })
    response.end(
      JSON.stringify({ method, url, body: Buffer.concat(chunks).toString(), type: headers['content-type'], auth: headers.authorization }),
    )
  })
})
const speaker = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
const listen = (server: Server): Promise<number> =>
  new Promise((resolve, reject) =>
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (typeof address === 'object' && address !== null) resolve(address.port)
      else reject(new Error('no port'))
    }),
  )
const ports = Promise.all([listen(http), listen(speaker)])

test.after.always(() => {
  http.close()
  speaker.close()
  sh(`ip link del ${bridge}; ip link del ${port}; for d in $(losetup -l -n -O NAME -j ${at('disk.img')}); do losetup -d $d; done`)
  rmSync(folder, { recursive: true })
})

test('a GET gives status, headers, JSON and, when asked, the content', async (t) => {
  const [httpPort] = await ports
  const run = await runModule(uri, { url: `http://127.0.0.1:${String(httpPort)}/x`, return_content: true })
  t.is(run.status, 'ok')
  t.like(run.data, { status: 200, x_some_header: 'v', cookies: { a: '1', b: '2' }, json: { method: 'GET', url: '/x' } })
  t.regex(String(run.data['content']), /"method":"GET"/)
  t.regex(String(run.data['msg']), /^OK \(/)
})

test('bodies: JSON, a form, a text; the user and password are sent', async (t) => {
  const [httpPort] = await ports
  const url = `http://127.0.0.1:${String(httpPort)}/`
  const sent = async (args: Record<string, unknown>) => (await runModule(uri, { url, method: 'post', ...args })).data['json']
  t.like(await sent({ body_format: 'json', body: { a: [1, true] } }), {
    method: 'POST',
    body: '{"a": [1, true]}',
    type: 'application/json',
  })
  t.like(await sent({ body_format: 'form-urlencoded', body: { a: 'x y', b: [1, 2] } }), {
    body: 'a=x+y&b=1&b=2',
    type: 'application/x-www-form-urlencoded',
  })
  t.like(await sent({ body: 'plain', headers: { 'content-type': 'text/plain' } }), { body: 'plain', type: 'text/plain' })
  t.like(await sent({ url_username: 'joe', url_password: 'pw' }), { auth: 'Basic am9lOnB3' })
})

test('a wrong status is a failure with the answer; nothing that answers has status -1', async (t) => {
  const [httpPort] = await ports
  const run = await runModule(uri, { url: `http://127.0.0.1:${String(httpPort)}/missing` })
  t.is(run.failure, 'Status code was 404 and not [200]: HTTP Error 404: Not Found')
  t.like(run.data, { status: 404, json: { url: '/missing' } })
  t.is((await runModule(uri, { url: `http://127.0.0.1:${String(httpPort)}/missing`, status_code: '200, 404' })).status, 'ok')
  const none = await runModule(uri, { url: 'http://127.0.0.1:1/' })
  t.is(none.data['status'], -1)
  t.regex(none.failure ?? '', /Status code was -1 .*ECONNREFUSED/)
})

test('an answer is written to a file, once', async (t) => {
  const [httpPort] = await ports
  const { first, second } = await runTwice(uri, { url: `http://127.0.0.1:${String(httpPort)}/file.json`, dest: folder, mode: '0600' })
  t.deepEqual([first.status, second.status], ['changed', 'ok'])
  t.regex(readFileSync(at('file.json'), 'utf8'), /file.json/)
  t.is(first.data['path'], at('file.json'))
})

test('in check mode a GET is asked, a POST is not; creates ends it before', async (t) => {
  const [httpPort] = await ports
  const url = `http://127.0.0.1:${String(httpPort)}/`
  t.is((await runModule(uri, { url }, { check: true })).status, 'ok')
  t.is((await runModule(uri, { url: 'http://127.0.0.1:1/' }, { check: true })).status, 'unknown')
  t.is((await runModule(uri, { url: 'http://127.0.0.1:1/', method: 'POST' }, { check: true })).status, 'ok')
  t.is((await runModule(uri, { url: 'http://127.0.0.1:1/', creates: '/etc/passwd' })).status, 'ok')
})

test('waits for a port that listens, and no longer than told', async (t) => {
  const [httpPort, speakerPort] = await ports
  t.is((await runModule(waitFor, { port: httpPort, timeout: 3 })).status, 'ok')
  t.is((await runModule(waitFor, { host: '127.0.0.2', port: httpPort, timeout: 1, state: 'stopped' })).status, 'ok')
  const stopped = await runModule(waitFor, { port: httpPort, timeout: 1, state: 'stopped' })
  t.is(stopped.failure, `Timeout when waiting for 127.0.0.1:${String(httpPort)} to stop.`)
  t.is((await runModule(waitFor, { port: 1, timeout: 1, msg: 'not there' })).failure, 'not there')
  const banner = await runModule(waitFor, { port: speakerPort, search_regex: 'OpenSSH_(\\d+)', timeout: 5 })
  t.is(banner.status, 'ok')
  t.deepEqual(banner.data['match_groups'], ['9'])
})

test('waits for a port that begins to listen', async (t) => {
  const late = createServer()
  const chosen = await listen(late)
  await new Promise((resolve) => late.close(resolve))
  const timer = setTimeout(() => late.listen(chosen, '127.0.0.1'), 700)
  const run = await runModule(waitFor, { port: chosen, timeout: 10 })
  clearTimeout(timer)
  late.close()
  t.is(run.status, 'ok')
  t.is(run.roundTrips, 1)
})

test('waits for files and lines, for drained ports and for time', async (t) => {
  writeFileSync(at('log'), 'one\nready in 12 s\n')
  t.is((await runModule(waitFor, { path: at('log'), timeout: 1 })).status, 'ok')
  const line = await runModule(waitFor, { path: at('log'), search_regex: 'ready in (?:about )?(\\d+)\\s', timeout: 1 })
  t.deepEqual(line.data['match_groups'], ['12'])
  t.is(
    (await runModule(waitFor, { path: at('log'), search_regex: 'never', timeout: 1 })).failure,
    `Timeout when waiting for search string never in ${at('log')}`,
  )
  t.is((await runModule(waitFor, { path: at('no-log'), state: 'absent', timeout: 1 })).status, 'ok')
  t.is(
    (await runModule(waitFor, { path: at('log'), state: 'absent', timeout: 1 })).failure,
    `Timeout when waiting for file ${at('log')} to be absent.`,
  )
  t.is((await runModule(waitFor, { port: 1, state: 'drained', timeout: 1 })).status, 'ok')
  const before = Date.now()
  t.is((await runModule(waitFor, { timeout: 1 })).status, 'ok')
  t.true(Date.now() - before >= 900)
  t.throws(() => parseArgs(waitFor, { port: 1, path: '/x' }), { message: /can not both/ })
})

test('a file becomes a loop device, once; and is detached', async (t) => {
  const task = { file: at('disk.img'), size: '4M' }
  t.is((await runModule(losetup, task, { check: true })).status, 'changed')
  t.false(existsSync(at('disk.img')))
  const { first, second } = await runTwice(losetup, task)
  t.deepEqual([first.status, second.status], ['changed', 'ok'])
  t.regex(String(first.data['device']), /^\/dev\/loop\d+$/)
  t.is(second.data['device'], first.data['device'])
  t.is(sh(`blockdev --getsize64 ${String(first.data['device'])}`), String(4 * 1024 * 1024))
  const gone = await runTwice(losetup, { file: at('disk.img'), state: 'absent' })
  t.deepEqual([gone.first.status, gone.second.status], ['changed', 'ok'])
  t.is(sh(`losetup -j ${at('disk.img')}`), '')
  t.is((await runModule(losetup, { file: at('none.img') })).status, 'failed')
})

test('a bridge is made with its ports, changed and removed', async (t) => {
  sh(`ip link add ${port} type veth peer name ${port}p`)
  const task = { bridge, ports: [port], stp: false, forward_delay: 2 }
  t.is((await runModule(brctl, task, { check: true })).status, 'changed')
  const { first, second } = await runTwice(brctl, task)
  t.deepEqual([first.status, second.status], ['changed', 'ok'])
  t.is(second.roundTrips, 1)
  t.is(sh(`cat /sys/class/net/${bridge}/bridge/forward_delay; ls /sys/class/net/${bridge}/brif`), `200\n${port}`)
  const alone = await runTwice(brctl, { bridge, exclusive: true, up: false })
  t.deepEqual([alone.first.status, alone.second.status], ['changed', 'ok'])
  t.deepEqual(
    alone.first.changes.map((change) => change.what),
    [`take port ${port} off ${bridge}`, `set ${bridge} down`],
  )
  const gone = await runTwice(brctl, { bridge, state: 'absent' })
  t.deepEqual([gone.first.status, gone.second.status], ['changed', 'ok'])
  t.regex((await runModule(brctl, { bridge: 'lo' })).failure ?? '', /another kind/)
})

test('a kernel parameter in a file: added, changed in place, taken out', async (t) => {
  const file = at('sysctl.conf')
  writeFileSync(file, '# head\nnet.ipv4.ip_forward = 0\nkernel.pid_max=1\n')
  const task = { name: 'net.ipv4.ip_forward', value: true, sysctl_file: file, reload: false }
  t.is((await runModule(sysctl, task, { check: true })).status, 'changed')
  const { first, second } = await runTwice(sysctl, task)
  t.deepEqual([first.status, second.status], ['changed', 'ok'])
  t.is(readFileSync(file, 'utf8'), '# head\nnet.ipv4.ip_forward=1\nkernel.pid_max=1\n')
  await runTwice(sysctl, { name: 'vm.swappiness', value: 10, sysctl_file: file, reload: false })
  t.is(readFileSync(file, 'utf8'), '# head\nnet.ipv4.ip_forward=1\nkernel.pid_max=1\nvm.swappiness=10\n')
  const gone = await runTwice(sysctl, { name: 'vm.swappiness', state: 'absent', sysctl_file: file, reload: false })
  t.deepEqual([gone.first.status, gone.second.status], ['changed', 'ok'])
  t.is(
    (await runModule(sysctl, { name: 'no.such.thing', value: 1, sysctl_file: file, sysctl_set: true, reload: false })).failure,
    'the kernel has no parameter no.such.thing',
  )
})

test('the live value is compared too when told so', async (t) => {
  const file = at('live.conf')
  const now = readFileSync('/proc/sys/net/ipv4/tcp_fin_timeout', 'utf8').trim()
  writeFileSync(file, `net.ipv4.tcp_fin_timeout=${String(Number(now) + 1)}\n`)
  const run = await runModule(
    sysctl,
    { name: 'net.ipv4.tcp_fin_timeout', value: Number(now) + 1, sysctl_file: file, sysctl_set: true },
    { check: true },
  )
  t.deepEqual(
    run.changes.map((change) => change.what),
    [`set net.ipv4.tcp_fin_timeout = ${String(Number(now) + 1)} now`],
  )
})
