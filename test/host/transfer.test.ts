import { execFileSync } from 'node:child_process'
import { createHash, type Hash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { userInfo } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { RunnerError } from '../../runner/base/error.ts'
import type { Connection, ConnectionSettings, Session } from '../../runner/host/session.ts'
import { type Sshd, startSshd } from '../_harness/sshd.ts'
import { localSettings, open, SHELLS, scratch } from './_connections.ts'

const isRoot = userInfo().uid === 0
const NEVER = new AbortController().signal
const MEGABYTE = 1024 * 1024

let sshd: Sshd

test.before(async () => {
  sshd = await startSshd()
})

test.after.always(() => sshd.stop())

for (const kind of ['local', 'ssh'] as const) {
  for (const shell of SHELLS) conforms(`${kind}, ${shell}`, () => (kind === 'local' ? localSettings({ shell }) : sshd.settings({ shell })))
}

interface Place {
  readonly session: Session
  readonly connection: Connection
  readonly folder: string
}

type Body = (t: ExecutionContext, place: Place) => Promise<void>

function law(title: string, settings: () => ConnectionSettings, body: Body): void {
  test(title, (t) => inPlace(t, settings(), body))
}

/** Alone in the process, which is measured. */
function serialLaw(title: string, settings: () => ConnectionSettings, body: Body): void {
  test.serial(title, (t) => inPlace(t, settings(), body))
}

async function inPlace(t: ExecutionContext, settings: ConnectionSettings, body: Body): Promise<void> {
  const folder = scratch('transfer')
  mkdirSync(folder)
  const connection = await open(settings)
  t.teardown(async () => {
    await connection.close()
    rmSync(folder, { recursive: true })
  })
  await body(t, { connection, folder, session: await connection.session(undefined) })
}

/** What every upload and download promises, inside one request (small) and over a channel of its own (large). */
function conforms(title: string, settings: () => ConnectionSettings): void {
  for (const size of [0, 1000, 300_000]) {
    law(`${title}: ${String(size)} bytes arrive and come back unchanged`, settings, async (t, { session, folder }) => {
      const content = randomBytes(size)
      await session.upload({ path: `${folder}/it's a file`, content, mode: 0o640 })
      t.deepEqual(readFileSync(`${folder}/it's a file`), content)
      t.is(statSync(`${folder}/it's a file`).mode & 0o7777, 0o640)
      const back: Buffer[] = []
      await session.download(`${folder}/it's a file`, (chunk) => back.push(chunk), NEVER)
      t.deepEqual(Buffer.concat(back), content)
      t.deepEqual(readdirSync(folder), [`it's a file`])
    })
  }

  law(`${title}: a stream of unknown length arrives whole`, settings, async (t, { session, folder }) => {
    await session.upload({ path: `${folder}/streamed`, content: lines(3) })
    t.is(readFileSync(`${folder}/streamed`, 'utf8'), 'line 0\nexit 1\nline 1\nexit 1\nline 2\nexit 1\n')
  })

  law(`${title}: the old file's mode stays, and a new file gets what the umask leaves`, settings, async (t, { session, folder }) => {
    writeFileSync(`${folder}/old`, 'old')
    chmodSync(`${folder}/old`, 0o2751)
    await session.upload({ path: `${folder}/old`, content: Buffer.from('new') })
    t.deepEqual([readFileSync(`${folder}/old`, 'utf8'), statSync(`${folder}/old`).mode & 0o7777], ['new', 0o2751])
    await session.request({ script: 'umask 027' })
    await session.upload({ path: `${folder}/new`, content: Buffer.from('new') })
    t.is(statSync(`${folder}/new`).mode & 0o7777, 0o640)
  })

  for (const content of [Buffer.from('new'), Buffer.alloc(300_000)]) {
    law(
      `${title}: a refused write of ${String(content.length)} bytes names the path and why, and leaves nothing`,
      settings,
      async (t, { session, folder }) => {
        mkdirSync(`${folder}/it`)
        const isFolder = await t.throwsAsync(session.upload({ path: `${folder}/it`, content }), { instanceOf: RunnerError })
        t.regex(isFolder.message, /cannot write .*\/it: it is a directory$/)
        const missing = await t.throwsAsync(session.upload({ path: `${folder}/no/file`, content }), { instanceOf: RunnerError })
        t.is(missing.code, 'transfer')
        t.regex(missing.message, /cannot write .*\/no\/file: .*(No such file or directory|nonexistent directory|Directory nonexistent)$/i)
        writeFileSync(`${folder}/old`, 'old')
        const owner = session.upload({ path: `${folder}/old`, content, owner: 'no-such-user' })
        t.regex((await t.throwsAsync(owner, { instanceOf: RunnerError })).message, /no-such-user/)
        t.is(readFileSync(`${folder}/old`, 'utf8'), 'old')
        t.deepEqual(readdirSync(folder), ['it', 'old'])
      },
    )
  }

  law(`${title}: a file that cannot be read says so`, settings, async (t, { session, folder }) => {
    const error = await t.throwsAsync(
      session.download(`${folder}/none`, () => undefined, NEVER),
      { instanceOf: RunnerError },
    )
    t.regex(error.message, /cannot read .*\/none: .*No such file/i)
  })
}

async function* lines(count: number): AsyncIterable<Uint8Array> {
  for (let line = 0; line < count; line += 1) {
    await sleep(5)
    yield Buffer.from(`line ${String(line)}\nexit 1\n`)
  }
}

for (const kind of ['local', 'ssh'] as const) {
  const settings = (): ConnectionSettings => (kind === 'local' ? localSettings() : sshd.settings())

  serialLaw(`${kind}: 100 MB go there and back in bounded memory`, settings, async (t, { session, folder }) => {
    const sent = createHash('sha256')
    const peak = peakMemory()
    await session.upload({ path: `${folder}/large`, content: megabytes(100, sent) })
    const got = createHash('sha256')
    await session.download(`${folder}/large`, (chunk) => got.update(chunk), NEVER)
    const grown = peak()
    t.log(`grown by ${String(Math.round(grown / MEGABYTE))} MB at the most`)
    t.is(got.digest('hex'), sent.digest('hex'))
    t.true(grown < 60 * MEGABYTE, `${String(grown)} bytes`)
  })

  law(`${kind}: an aborted or failing upload leaves the old file alone`, settings, async (t, { session, folder }) => {
    writeFileSync(`${folder}/old`, 'old')
    const abort = new AbortController()
    setTimeout(() => {
      abort.abort(new RunnerError('limit', 'enough'))
    }, 100)
    const aborted = session.upload({ path: `${folder}/old`, content: endless(), signal: abort.signal })
    await t.throwsAsync(aborted, { message: 'enough' })
    const late = session.upload({ path: `${folder}/old`, content: endless(), signal: abort.signal })
    await t.throwsAsync(late, { message: 'enough' })
    await t.throwsAsync(session.upload({ path: `${folder}/old`, content: broken() }), { message: 'the source broke' })
    await sleep(100)
    t.is(readFileSync(`${folder}/old`, 'utf8'), 'old')
    t.deepEqual(readdirSync(folder), ['old'])
  })

  law(`${kind}: a symbolic link is replaced, its target is not written through`, settings, async (t, { session, folder }) => {
    writeFileSync(`${folder}/target`, 'target')
    symlinkSync('target', `${folder}/link`)
    await session.upload({ path: `${folder}/link`, content: Buffer.from('file') })
    t.true(lstatSync(`${folder}/link`).isFile())
    t.is(readFileSync(`${folder}/target`, 'utf8'), 'target')
  })
}

async function* megabytes(count: number, hash: Hash): AsyncIterable<Uint8Array> {
  for (let at = 0; at < count; at += 1) {
    await Promise.resolve()
    const chunk = Buffer.alloc(MEGABYTE, at)
    hash.update(chunk)
    yield chunk
  }
}

async function* endless(): AsyncIterable<Uint8Array> {
  for (;;) {
    await sleep(1)
    yield Buffer.alloc(100_000)
  }
}

async function* broken(): AsyncIterable<Uint8Array> {
  yield Buffer.alloc(100_000)
  await sleep(20)
  throw new Error('the source broke')
}

function peakMemory(): () => number {
  const start = process.memoryUsage.rss()
  let most = start
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss())
  }, 5)
  return () => {
    clearInterval(timer)
    return most - start
  }
}

test('a connection cut in the middle of an upload leaves the old file', async (t) => {
  const folder = scratch('cut')
  mkdirSync(folder)
  t.teardown(() => {
    rmSync(folder, { recursive: true })
  })
  const connection = await open(sshd.settings())
  const session = await connection.session(undefined)
  const sshdChild = String((await session.request({ script: "awk '/^PPid/{print $2}' /proc/$$/status" })).stdout).trim()
  writeFileSync(`${folder}/old`, 'old')
  const cut = t.throwsAsync(session.upload({ path: `${folder}/old`, content: endless() }), { instanceOf: RunnerError })
  while (readdirSync(folder).length < 2) await sleep(10)
  process.kill(Number(sshdChild), 'SIGKILL')
  t.is((await cut).code, 'unreachable')
  await sleep(100)
  t.is(readFileSync(`${folder}/old`, 'utf8'), 'old')
})

const asRoot = isRoot ? test : test.skip
const note = isRoot ? '' : ' (NOT RUN: needs root)'

asRoot(`a full disk is named, and leaves the old file and no other${note}`, async (t) => {
  const folder = scratch('full')
  mkdirSync(folder)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder])
  const connection = await open(localSettings())
  t.teardown(async () => {
    await connection.close()
    execFileSync('umount', [folder])
    rmSync(folder, { recursive: true })
  })
  for (const shell of SHELLS) {
    const small = await open(localSettings({ shell }))
    const session = await small.session(undefined)
    writeFileSync(`${folder}/old`, Buffer.alloc(220_000))
    for (const size of [60_000, 400_000]) {
      const error = await t.throwsAsync(session.upload({ path: `${folder}/old`, content: Buffer.alloc(size, 1) }), {
        instanceOf: RunnerError,
      })
      t.true(error.message.includes(`cannot write ${folder}/old`), error.message)
      t.regex(error.message, /No space left on device/, `${shell} ${String(size)}`)
      t.deepEqual([readdirSync(folder), statSync(`${folder}/old`).size], [['old'], 220_000])
    }
    await small.close()
  }
})

asRoot(`owner, group and access list of the old file stay, and new ones are set${note}`, async (t) => {
  const folder = scratch('owner')
  mkdirSync(folder)
  const connection = await open(localSettings())
  t.teardown(async () => {
    await connection.close()
    rmSync(folder, { recursive: true })
  })
  const session = await connection.session(undefined)
  writeFileSync(`${folder}/old`, 'old')
  chownSync(`${folder}/old`, 1, 2)
  const hasAcl = existsSync('/usr/bin/setfacl') && setAcl(`${folder}/old`)
  await session.upload({ path: `${folder}/old`, content: Buffer.from('new') })
  t.deepEqual([statSync(`${folder}/old`).uid, statSync(`${folder}/old`).gid], [1, 2])
  if (hasAcl) t.regex(execFileSync('getfacl', ['-p', `${folder}/old`], { encoding: 'utf8' }), /user:games:rw-/)
  else t.log('NOT RUN: access lists, which need setfacl and a file system with them')
  await session.upload({ path: `${folder}/old`, content: Buffer.from('new'), owner: 'daemon', group: 'games', mode: 0o4711 })
  const after = statSync(`${folder}/old`)
  t.deepEqual([after.uid, after.gid, after.mode & 0o7777], [1, 60, 0o4711])
})

function setAcl(path: string): boolean {
  try {
    execFileSync('setfacl', ['-m', 'u:games:rw', path], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
