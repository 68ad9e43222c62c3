import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { RunnerError } from '../../runner/base/error.ts'
import { Secret } from '../../runner/base/value.ts'
import { Frames } from '../../runner/host/frames.ts'
import { PRELUDE } from '../../runner/host/prelude.ts'
import type { Session } from '../../runner/host/session.ts'
import { type Sshd, startSshd } from '../_harness/sshd.ts'
import { open } from './_connections.ts'

const isRoot = userInfo().uid === 0
const asRoot = isRoot ? test : test.skip
const note = isRoot ? '' : ' (NOT RUN: needs root to create a user)'
const user = `srp${String(process.pid)}`
const password = `pass word ${String(process.pid)}`

let sshd: Sshd
let interactive: Sshd

test.before(async () => {
  sshd = await startSshd()
  interactive = await startSshd({ config: ['PasswordAuthentication no', 'KbdInteractiveAuthentication yes', 'PubkeyAuthentication no'] })
  if (!isRoot) return
  execFileSync('useradd', ['-m', '-s', '/bin/sh', user], { stdio: 'ignore' })
  execFileSync('chpasswd', { input: `${user}:${password}\n` })
})

test.after.always(async () => {
  await sshd.stop()
  await interactive.stop()
  if (isRoot) execFileSync('userdel', ['-r', user], { stdio: 'ignore' })
})

async function echo(session: Session): Promise<string> {
  return String((await session.request({ script: 'echo in' })).stdout)
}

/** The sshd process that serves a session. */
async function serverPid(session: Session): Promise<number> {
  return Number(String((await session.request({ script: "awk '/^PPid/{print $2}' /proc/$$/status" })).stdout))
}

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  test(`a connection whose sshd dies by ${signal} rejects the running request, whose fate is unknown, and is lost`, async (t) => {
    const connection = await open(sshd.settings())
    t.teardown(() => connection.close())
    const session = await connection.session(undefined)
    const pid = await serverPid(session)
    const frames = new Frames()
    const script = `${PRELUDE}\n${frames.opening}\n${frames.wrap(0, ':')}\n${frames.wrap(1, 'echo heard >&2; sleep 2')}`
    let said = ''
    const onOutput = (_stream: string, chunk: Buffer): void => {
      said += chunk.toString()
    }
    const running = t.throwsAsync(session.request({ script, onOutput }), { instanceOf: RunnerError })
    while (!said.includes('heard')) await sleep(10)
    process.kill(pid, signal)
    const error = await running
    t.true(error.message.endsWith('; it said: heard'), JSON.stringify(error.message))
    t.is(error.code, 'unreachable')
    t.regex(error.message, /web1: the session was lost while a request was running/)
    t.regex(error.hint ?? '', /unknown/)
    t.true(connection.lost)
    t.regex((await t.throwsAsync(session.request({ script: ':' }), { instanceOf: RunnerError })).message, /connection is lost/)
  })
}

test('a server that falls silent is noticed by keepalives', async (t) => {
  const connection = await open(sshd.settings({ keepaliveInterval: 100 }))
  t.teardown(() => connection.close())
  const session = await connection.session(undefined)
  const pid = await serverPid(session)
  process.kill(pid, 'SIGSTOP')
  t.teardown(() => {
    process.kill(pid, 'SIGKILL')
  })
  const error = await t.throwsAsync(session.request({ script: ':' }), { instanceOf: RunnerError })
  t.regex(error.message, /keepalive/i)
})

test('a refused port, an unknown name and a silent server are told apart', async (t) => {
  const silent = await listen()
  t.teardown(() => silent.server.close())
  const refused = await t.throwsAsync(open(sshd.settings({ port: 1 })), { instanceOf: RunnerError })
  t.regex(refused.message, /port 1: the connection was refused/)
  const unknown = await t.throwsAsync(open(sshd.settings({ address: 'no-such-host.invalid', retries: 2 })), { instanceOf: RunnerError })
  t.regex(unknown.message, /no-such-host\.invalid.* name (is not known|cannot be looked up)/)
  const late = await t.throwsAsync(open(sshd.settings({ port: silent.port, connectTimeout: 200 })), { instanceOf: RunnerError })
  t.regex(late.message, /timed out/)
  for (const error of [refused, unknown, late]) t.deepEqual([error.code, error.hint === undefined], ['unreachable', false])
})

test('a connection that is refused at first is tried again, so often as allowed', async (t) => {
  let attempts = 0
  const { server, port } = await listen((close) => {
    attempts += 1
    close()
  })
  t.teardown(() => server.close())
  await t.throwsAsync(open(sshd.settings({ port, retries: 1 })), { instanceOf: RunnerError })
  t.is(attempts, 2)
})

test('an opening that is aborted ends at once', async (t) => {
  const { server, port } = await listen()
  t.teardown(() => server.close())
  const abort = new AbortController()
  setTimeout(() => {
    abort.abort()
  }, 50)
  const start = Date.now()
  const opened = open(sshd.settings({ port, retries: 5 }), { signal: abort.signal })
  t.is(
    await opened.then(
      () => 'open',
      () => 'rejected',
    ),
    'rejected',
  )
  t.true(Date.now() - start < 20_000) // five retries with their waits would take longer
})

function listen(onSocket: (close: () => void) => void = () => undefined): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    onSocket(() => socket.destroy())
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve({ server, port: typeof address === 'object' && address !== null ? address.port : 0 })
    })
  })
}

test('a key file with a passphrase opens with it, and says what is wrong without', async (t) => {
  const keyFile = join(sshd.folder, 'id_locked')
  execFileSync('cp', [sshd.keyFile, keyFile])
  execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'open sesame', '-f', keyFile])
  const connection = await open(sshd.settings({ privateKeyFiles: [keyFile], passphrase: new Secret('open sesame') }))
  t.is(await echo(await connection.session(undefined)), 'in\n')
  await connection.close()
  const none = await t.throwsAsync(open(sshd.settings({ privateKeyFiles: [keyFile] })), { instanceOf: RunnerError })
  t.regex(none.message, /id_locked \(not usable: it is encrypted and no passphrase is given\)/)
  const wrong = await t.throwsAsync(open(sshd.settings({ privateKeyFiles: [keyFile], passphrase: new Secret('wrong') })), {
    instanceOf: RunnerError,
  })
  t.regex(wrong.message, /id_locked \(not usable: the passphrase does not open it\)/)
  const both = await open(sshd.settings({ privateKeyFiles: [join(sshd.folder, 'none'), keyFile, sshd.keyFile] }))
  await both.close()
})

test('keys of all kinds let the user in', async (t) => {
  for (const type of ['rsa', 'ecdsa']) {
    const keyFile = join(sshd.folder, `id_${type}`)
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', keyFile])
    execFileSync('sh', ['-c', `cat ${keyFile}.pub >>${sshd.folder}/authorized_keys`])
    const connection = await open(sshd.settings({ privateKeyFiles: [keyFile] }))
    t.is(await echo(await connection.session(undefined)), 'in\n')
    await connection.close()
  }
})

test('an agent lets the user in', async (t) => {
  const socket = join(sshd.folder, 'agent')
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
  t.teardown(() => {
    agent.kill()
  })
  for (let turn = 0; turn < 50; turn += 1) {
    await sleep(20)
    try {
      execFileSync('ssh-add', ['-q', sshd.keyFile], { env: { SSH_AUTH_SOCK: socket }, stdio: 'ignore' })
      break
    } catch {
      // not listening yet
    }
  }
  const connection = await open(sshd.settings({ privateKeyFiles: [], agent: socket }))
  t.is(await echo(await connection.session(undefined)), 'in\n')
  await connection.close()
})

test('a refused user is told what was tried', async (t) => {
  const stranger = join(sshd.folder, 'id_stranger')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', stranger])
  const error = await t.throwsAsync(open(sshd.settings({ privateKeyFiles: [stranger], agent: '/no/agent', retries: 3 })), {
    instanceOf: RunnerError,
  })
  t.regex(error.message, /refused to let .* in: tried agent \/no\/agent, \(the agent does not answer\), key .*id_stranger/)
  const nothing = await t.throwsAsync(open(sshd.settings({ privateKeyFiles: [] })), { instanceOf: RunnerError })
  t.regex(nothing.message, /nothing could be tried/)
})

asRoot(`a password lets the user in, by either method, and a wrong one does not${note}`, async (t) => {
  for (const server of [sshd, interactive]) {
    const settings = server.settings({ user, privateKeyFiles: [], password: new Secret(password) })
    const connection = await open(settings)
    t.is(await echo(await connection.session(undefined)), 'in\n')
    await connection.close()
  }
  const wrong = await t.throwsAsync(open(sshd.settings({ user, privateKeyFiles: [], password: new Secret('wrong') })), {
    instanceOf: RunnerError,
  })
  t.regex(wrong.message, /tried password/)
  t.false(wrong.format().includes('wrong'))
})

test('a jump host leads on, and its host key is verified too', async (t) => {
  const jump = await startSshd()
  t.teardown(() => jump.stop())
  const target = await startSshd({ address: '127.0.0.2' })
  t.teardown(() => target.stop())
  const hop = `${sshd.user}@127.0.0.1:${String(jump.port)}`
  execFileSync('sh', ['-c', `cat ${target.keyFile}.pub >>${jump.folder}/authorized_keys`])
  const connection = await open(target.settings({ proxyJump: [hop] }))
  const session = await connection.session(undefined)
  t.is(await echo(session), 'in\n')
  const peer = String((await session.request({ script: 'echo $SSH_CONNECTION' })).stdout)
  t.true(peer.includes(` 127.0.0.2 ${String(target.port)}`), peer)
  await connection.close()
  const recorded = readFileSync(join(target.folder, 'known_hosts'), 'utf8')
  t.true(recorded.includes(jump.hostKey) && recorded.includes(target.hostKey))
  const strict = await t.throwsAsync(
    open(target.settings({ proxyJump: [hop], hostKey: target.hostKey, hostKeyChecking: 'yes', knownHostsFiles: [] })),
    { instanceOf: RunnerError },
  )
  t.regex(strict.message, /jump host .*no known_hosts file has/)
  const beyond = await t.throwsAsync(open(target.settings({ proxyJump: [hop], port: 1 })), { instanceOf: RunnerError })
  t.regex(beyond.message, /the jump host cannot reach 127\.0\.0\.2 port 1/)
})

test('a login shell that talks does not disturb, and one that ends is quoted', async (t) => {
  const talking = await startSshd({ config: ['ForceCommand echo Welcome; echo Mind the gap >&2; exec dash'] })
  t.teardown(() => talking.stop())
  const connection = await open(talking.settings())
  t.is(await echo(await connection.session(undefined)), 'in\n')
  await connection.close()
  const closed = await startSshd({ config: ['ForceCommand echo This account is closed; exit 1'] })
  t.teardown(() => closed.stop())
  const refused = await open(closed.settings())
  const error = await t.throwsAsync(refused.session(undefined), { instanceOf: RunnerError })
  t.regex(error.message, /the shell did not start: the shell ended with code 1; it said: This account is closed/)
  await refused.close()
})
