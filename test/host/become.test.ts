import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import test from 'ava'
import { RunnerError } from '../../runner/base/error.ts'
import { Secret } from '../../runner/base/value.ts'
import type { Become, Connection, Session } from '../../runner/host/session.ts'
import { type Sshd, startSshd } from '../_harness/sshd.ts'
import { localSettings, open, scratch } from './_connections.ts'

const isRoot = userInfo().uid === 0
const asRoot = isRoot ? test : test.skip
const note = isRoot ? '' : ' (NOT RUN: needs root to create users)'

const suffix = String(process.pid)
const login = `srl${suffix}`
const free = `srf${suffix}`
const target = `srt${suffix}`
const password = `pa'ss $wd ${suffix}`
const targetPassword = `Target"pw${suffix}`
const sudoers = `/etc/sudoers.d/stackrun-test-${suffix}`

let sshd: Sshd

test.before(async (t) => {
  if (!isRoot) {
    t.log('NOT RUN: become needs root to create users')
    return
  }
  for (const user of [login, free, target]) execFileSync('useradd', ['-m', '-s', '/bin/sh', user], { stdio: 'ignore' })
  execFileSync('chpasswd', { input: `${login}:${password}\n${target}:${targetPassword}\n${free}:x${suffix}\n` })
  writeFileSync(sudoers, `${login} ALL=(ALL:ALL) ALL\n${free} ALL=(ALL:ALL) NOPASSWD: ALL\n`, { mode: 0o440 })
  sshd = await startSshd()
})

test.after.always(async () => {
  if (!isRoot) return
  await sshd.stop()
  rmSync(sudoers, { force: true })
  for (const user of [login, free, target]) execFileSync('userdel', ['-r', user], { stdio: 'ignore' })
})

function as(user: string): Promise<Connection> {
  return open(sshd.settings({ user, connectTimeout: 8000 }))
}

async function whoami(session: Session): Promise<string> {
  const answer = await session.request({ script: 'id -un; echo "$HOME" >&2' })
  return `${String(answer.stdout).trim()} ${String(answer.stderr).trim()}`
}

interface Way {
  readonly title: string
  readonly from: string
  readonly become: Become
  readonly is: string
}

const ways: Way[] = [
  {
    title: 'sudo to root, with a password',
    from: login,
    become: { method: 'sudo', user: 'root', password: new Secret(password) },
    is: 'root /root',
  },
  {
    title: 'sudo to a user, with a password',
    from: login,
    become: { method: 'sudo', user: target, password: new Secret(password) },
    is: `${target} /home/${target}`,
  },
  { title: 'sudo to root, without a password', from: free, become: { method: 'sudo', user: 'root' }, is: 'root /root' },
  { title: 'sudo to a user, without a password', from: free, become: { method: 'sudo', user: target }, is: `${target} /home/${target}` },
  {
    title: 'sudo that needs no password but is given one',
    from: free,
    become: { method: 'sudo', user: 'root', password: new Secret('unused') },
    is: 'root /root',
  },
  { title: 'sudo from root to a user', from: 'root', become: { method: 'sudo', user: target }, is: `${target} /home/${target}` },
  {
    title: 'su to a user, with the password of that user',
    from: login,
    become: { method: 'su', user: target, password: new Secret(targetPassword) },
    is: `${target} /home/${target}`,
  },
  { title: 'su from root to a user', from: 'root', become: { method: 'su', user: target }, is: `${target} /home/${target}` },
]

for (const way of ways) {
  asRoot(`${way.title}${note}`, async (t) => {
    const connection = await as(way.from)
    const path = scratch('become')
    t.teardown(async () => {
      await connection.close()
      rmSync(path, { force: true })
      rmSync(`${path}.large`, { force: true })
    })
    const session = await connection.session(way.become)
    t.is(await whoami(session), way.is)
    const answer = await session.request({ script: 'printf "\\000\\377"; (exit 9)' })
    t.deepEqual([answer.rc, answer.stdout], [9, Buffer.from([0, 255])])
    await session.upload({ path, content: Buffer.from('small'), mode: 0o600 })
    await session.upload({ path: `${path}.large`, content: Buffer.alloc(200_000, 1), mode: 0o600 })
    const owner = Number(execFileSync('id', ['-u', way.become.user], { encoding: 'utf8' }))
    t.deepEqual([statSync(path).uid, statSync(`${path}.large`).uid, statSync(`${path}.large`).size], [owner, owner, 200_000])
  })
}

asRoot(`become works locally too${note}`, async (t) => {
  const connection = await open(localSettings())
  t.teardown(() => connection.close())
  t.is(await whoami(await connection.session({ method: 'sudo', user: target })), `${target} /home/${target}`)
})

for (const way of ways.slice(0, 2)) {
  asRoot(`a request over its time is killed: ${way.title}${note}`, async (t) => {
    const connection = await as(way.from)
    t.teardown(() => connection.close())
    const session = await connection.session(way.become)
    const answer = await session.request({ script: 'echo begun; setsid sleep 987 & sh -c "sleep 987; :"', timeout: 300 })
    t.deepEqual([answer.timedOut, String(answer.stdout)], [true, 'begun\n'])
    t.is(await whoami(session), way.is)
    t.deepEqual(
      commandLines(way.become.user).filter((line) => line.includes('sleep 987')),
      [],
    )
  })
}

const refusals = [
  {
    title: 'a wrong sudo password',
    become: { method: 'sudo', user: 'root', password: new Secret('wrong') },
    says: `Incorrect sudo password for ${login} on web1`,
    hint: undefined,
  },
  {
    title: 'a wrong su password',
    become: { method: 'su', user: target, password: new Secret('wrong') },
    says: `Incorrect su password for ${target} on web1`,
    hint: undefined,
  },
  {
    title: 'a missing sudo password',
    become: { method: 'sudo', user: 'root' },
    says: `Missing sudo password for ${login} on web1`,
    hint: /--ask-become-pass/,
  },
  {
    title: 'a missing su password',
    become: { method: 'su', user: target },
    says: `Missing su password for ${target} on web1`,
    hint: /--ask-become-pass/,
  },
] as const

for (const { title, become, says, hint } of refusals) {
  asRoot(`${title} is told as such, and soon${note}`, async (t) => {
    const connection = await as(login)
    t.teardown(() => connection.close())
    const error = await t.throwsAsync(connection.session(become), { instanceOf: RunnerError })
    t.deepEqual([error.code, error.message], ['become', says])
    if (hint !== undefined) t.regex(error.hint ?? '', hint)
  })
}

asRoot(`an unknown user or program is told in the method's own words${note}`, async (t) => {
  const connection = await as(free)
  t.teardown(() => connection.close())
  const user = await t.throwsAsync(connection.session({ method: 'sudo', user: 'no-such-user' }), { instanceOf: RunnerError })
  t.regex(user.message, /no-such-user/)
  const exe = await t.throwsAsync(connection.session({ method: 'sudo', user: 'root', exe: '/no/sudo' }), { instanceOf: RunnerError })
  t.deepEqual([exe.code, /\/no\/sudo/.test(exe.message)], ['become', true])
})

asRoot(`a password is never in the arguments or the environment of any process${note}`, async (t) => {
  const connection = await as(login)
  t.teardown(() => connection.close())
  const leaks: string[] = []
  let looks = 0
  const watch = setInterval(() => {
    leaks.push(...leaking([password, targetPassword]))
    looks += 1
  }, 5)
  const root = await connection.session({ method: 'sudo', user: 'root', password: new Secret(password) })
  const other = await connection.session({ method: 'su', user: target, password: new Secret(targetPassword) })
  await root.upload({ path: scratchLater(t), content: Buffer.alloc(200_000) })
  await other.request({ script: 'sleep 0.1' })
  clearInterval(watch)
  t.true(looks > 10)
  t.deepEqual(leaks, [])
})

function scratchLater(t: { teardown: (body: () => void) => void }): string {
  const path = scratch('secretive')
  t.teardown(() => {
    rmSync(path, { force: true })
  })
  return path
}

function leaking(secrets: readonly string[]): string[] {
  return pids().flatMap((pid) =>
    ['cmdline', 'environ'].filter((file) => secrets.some((secret) => textOf(`/proc/${pid}/${file}`).includes(secret))),
  )
}

function commandLines(user: string): string[] {
  const uid = Number(execFileSync('id', ['-u', user], { encoding: 'utf8' }))
  return pids()
    .filter((pid) => textOf(`/proc/${pid}/status`).includes(`\nUid:\t${String(uid)}\t`))
    .map((pid) => textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' '))
}

function pids(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
