import test from 'ava'
import { RunnerError } from '../../runner/base/error.ts'
import { ConnectionPool } from '../../runner/host/pool.ts'
import type { Session } from '../../runner/host/session.ts'
import { type Sshd, startSshd } from '../_harness/sshd.ts'
import { localSettings } from './_connections.ts'

let sshd: Sshd

test.before(async () => {
  sshd = await startSshd()
})

test.after.always(() => sshd.stop())

function pool(): ConnectionPool {
  return new ConnectionPool({ prelude: '', signal: new AbortController().signal, warn: () => undefined })
}

/** The sshd process that serves a session: one for each connection. */
async function serverPid(session: Session): Promise<number> {
  return Number(String((await session.request({ script: "awk '/^PPid/{print $2}' /proc/$$/status" })).stdout))
}

test('all who ask at once for a host share its one connection and session', async (t) => {
  const connections = pool()
  t.teardown(() => connections.closeAll())
  const sessions = await Promise.all(Array.from({ length: 5 }, () => connections.session(sshd.settings(), undefined)))
  t.is(new Set(sessions).size, 1)
  t.is(await connections.connection(sshd.settings()), await connections.connection(sshd.settings()))
})

test('another host or port has a connection of its own, and another become user a session of its own', async (t) => {
  const connections = pool()
  t.teardown(() => connections.closeAll())
  const first = await connections.session(sshd.settings(), undefined)
  const second = await connections.session(sshd.settings({ name: 'web2' }), undefined)
  t.not(await serverPid(first), await serverPid(second))
  const failing = { method: 'sudo', user: 'root', exe: '/no/sudo' } as const
  await t.throwsAsync(connections.session(sshd.settings(), failing), { instanceOf: RunnerError })
  t.is(await connections.session(sshd.settings(), undefined), first)
})

test('round trips of all sessions are counted, of closed ones too', async (t) => {
  const connections = pool()
  t.teardown(() => connections.closeAll())
  const here = await connections.session(localSettings(), undefined)
  const there = await connections.session(sshd.settings(), undefined)
  for (const session of [here, there, there]) await session.request({ script: ':' })
  await connections.drop(localSettings())
  t.is(connections.roundTrips(), 3)
})

test('a lost connection is opened anew at the next ask', async (t) => {
  const connections = pool()
  t.teardown(() => connections.closeAll())
  const session = await connections.session(sshd.settings(), undefined)
  const pid = await serverPid(session)
  const lost = t.throwsAsync(session.request({ script: 'sleep 2' }), { instanceOf: RunnerError })
  process.kill(pid, 'SIGKILL')
  await lost
  const again = await connections.session(sshd.settings(), undefined)
  t.not(again, session)
  t.not(await serverPid(again), pid)
})

test('a dropped connection is closed and opened anew; so is one that could not be opened', async (t) => {
  const connections = pool()
  t.teardown(() => connections.closeAll())
  const session = await connections.session(sshd.settings(), undefined)
  await connections.drop(sshd.settings())
  await t.throwsAsync(session.request({ script: ':' }), { instanceOf: RunnerError })
  t.is((await (await connections.session(sshd.settings(), undefined)).request({ script: ':' })).rc, 0)
  const refused = sshd.settings({ hostKeyChecking: 'yes', knownHostsFiles: [], name: 'web3' })
  await t.throwsAsync(connections.session(refused, undefined), { instanceOf: RunnerError })
  await t.throwsAsync(connections.connection(refused), { instanceOf: RunnerError })
})

test('nothing is open after closeAll', async (t) => {
  const connections = pool()
  const session = await connections.session(sshd.settings(), undefined)
  const pid = await serverPid(session)
  await connections.closeAll()
  for (let turn = 0; turn < 100 && isRunning(pid); turn += 1) await new Promise((resolve) => setTimeout(resolve, 20))
  t.false(isRunning(pid))
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
