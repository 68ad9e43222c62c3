import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { Secret } from '../../runner/base/value.ts'
import { type Applied, applyChanges } from '../../runner/execute/apply.ts'
import { httpOver } from '../../runner/host/http.ts'
import type { Action } from '../../runner/module/change.ts'
import { type LocalMachine, SHELLS, type ShellName, withLocalMachine } from '../_harness/local.ts'

/** Other users, owners and mounts need root; access lists need their tools. */
const asRoot = process.getuid?.() === 0 ? test : test.skip
const withAcl = existsSync('/usr/bin/setfacl') ? test : test.skip

const BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))

interface Done extends Applied {
  readonly roundTrips: number
  readonly live: string
}

function apply(shell: ShellName, actions: readonly Action[], signal: AbortSignal = new AbortController().signal): Promise<Done> {
  return withLocalMachine(shell, (machine) => applyOn(machine, actions, signal))
}

async function applyOn({ session, connection }: LocalMachine, actions: readonly Action[], signal: AbortSignal): Promise<Done> {
  const before = session.roundTrips
  let live = ''
  const applied = await applyChanges([{ what: 'test', actions }], {
    session,
    connection: () => Promise.resolve(connection),
    httpOver,
    signal,
    env: { OF_TASK: 'task' },
    onOutput: (_stream, text) => {
      live += text
    },
  })
  return { ...applied, roundTrips: session.roundTrips - before, live }
}

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stackrun apply '))
  chmodSync(folder, 0o755)
  return folder
}

for (const shell of SHELLS) {
  test(`${shell}: programs, fragments and small files travel in one request and each has its own outcome`, async (t) => {
    const path = join(scratch(), 'a file')
    const done = await apply(shell, [
      { do: 'run', id: 'one', argv: ['sh', '-c', 'echo out; echo err >&2'] },
      { do: 'write', path, content: BYTES, mode: 0o640 },
      { do: 'script', id: 'three', script: `cat '${path}'`, purpose: 'show it' },
      { do: 'run', argv: ['sh', '-c', 'exit 7'], okCodes: [0, 7] },
    ])
    t.is(done.roundTrips, 1)
    t.is(done.failed, undefined)
    t.like(done.outcomes[0], { id: 'one', rc: 0, stdout: 'out\n', stderr: 'err\n' })
    t.is(done.outcomes[3]?.rc, 7)
    t.deepEqual(readFileSync(path), BYTES)
    t.is(statSync(path).mode & 0o7777, 0o640)
    t.regex(done.live, /out\n/)
    t.notRegex(done.live, /\u0001/)
  })

  test(`${shell}: the first failure stops the rest and is told in words`, async (t) => {
    const path = join(scratch(), 'never')
    const done = await apply(shell, [
      { do: 'script', script: 'echo no such luck >&2; exit 5', purpose: 'be lucky' },
      { do: 'run', argv: ['touch', path] },
    ])
    t.is(done.outcomes.length, 1)
    t.like(done.failed, { message: 'cannot be lucky: no such luck' })
    t.false(existsSync(path))
  })

  test(`${shell}: a program gets its stdin, environment, folder and umask, and the session keeps its own`, async (t) => {
    const done = await apply(shell, [
      {
        do: 'run',
        argv: ['sh', '-c', 'cat; echo "$A-$OF_TASK"; pwd; umask'],
        stdin: new Secret("it's\0\n"),
        env: { A: 'b  c' },
        cwd: '/usr',
        umask: 0o27,
      },
      { do: 'run', argv: ['sh', '-c', 'pwd; echo "$A"'] },
    ])
    t.is(done.outcomes[0]?.stdout, "it's\0\nb  c-task\n/usr\n0027\n")
    t.not(done.outcomes[1]?.stdout.split('\n')[0], '/usr')
  })

  asRoot(`${shell}: a program can run as another user`, async (t) => {
    const done = await apply(shell, [{ do: 'run', argv: ['sh', '-c', 'id -un; echo "$1"', 'sh', "it's"], user: 'nobody' }])
    t.is(done.outcomes[0]?.stdout, "nobody\nit's\n", done.outcomes[0]?.stderr)
  })

  test(`${shell}: a program past its time is killed and says so, what follows does not run`, async (t) => {
    const done = await apply(shell, [
      { do: 'run', argv: ['sh', '-c', 'echo begun; sleep 30'], timeout: 700 },
      { do: 'run', argv: ['true'] },
    ])
    t.is(done.outcomes.length, 1)
    t.like(done.outcomes[0], { ok: false, timedOut: true, stdout: 'begun\n' })
    t.regex(done.failed?.message ?? '', /killed after 0.7 s/)
  })

  test(`${shell}: a daemon left behind does not spoil what is asked afterwards`, async (t) => {
    await withLocalMachine(shell, async (machine) => {
      const { signal } = new AbortController()
      const first = await applyOn(machine, [{ do: 'run', argv: ['sh', '-c', '(sleep 0.4; echo late) & echo now'] }], signal)
      t.is(first.outcomes[0]?.stdout, 'now\n')
      const second = await applyOn(machine, [{ do: 'run', argv: ['sh', '-c', 'sleep 0.6; echo clean'] }], signal)
      t.is(second.outcomes[0]?.stdout, 'clean\n')
    })
  })

  asRoot(`${shell}: a file that is replaced keeps its owner and mode, a new one gets the umask's`, async (t) => {
    const folder = scratch()
    const [old, fresh] = [join(folder, 'old'), join(folder, 'fresh')]
    writeFileSync(old, 'before\n')
    chownSync(old, 65534, 65534)
    chmodSync(old, 0o604)
    const done = await apply(shell, [
      { do: 'write', path: old, content: 'after\n', backup: true },
      { do: 'write', path: fresh, content: 'new\n' },
    ])
    t.is(done.failed, undefined, done.failed?.message)
    t.like(statSync(old), { uid: 65534, gid: 65534 })
    t.is(statSync(old).mode & 0o7777, 0o604)
    t.is(statSync(fresh).mode & 0o7777, 0o644)
    const backup = done.outcomes[0]?.stdout.trim() ?? ''
    t.regex(backup, /old\.\d+\.\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d~$/)
    t.is(readFileSync(backup, 'utf8'), 'before\n')
  })

  test(`${shell}: a link is written through, or replaced where that is wanted`, async (t) => {
    const folder = scratch()
    writeFileSync(join(folder, 'real'), 'old')
    symlinkSync('real', join(folder, 'through'))
    symlinkSync('real', join(folder, 'replaced'))
    const done = await apply(shell, [
      { do: 'write', path: join(folder, 'through'), content: 'new' },
      { do: 'write', path: join(folder, 'replaced'), content: 'mine', link: 'replace' },
    ])
    t.is(done.failed, undefined, done.failed?.message)
    t.is(readlinkSync(join(folder, 'through')), 'real')
    t.is(readFileSync(join(folder, 'real'), 'utf8'), 'new')
    t.is(readFileSync(join(folder, 'replaced'), 'utf8'), 'mine')
    t.true(statSync(join(folder, 'replaced')).isFile())
  })

  test(`${shell}: a content that its validator refuses never takes the old one's place`, async (t) => {
    const folder = scratch()
    const path = join(folder, 'checked')
    writeFileSync(path, 'good\n')
    const done = await apply(shell, [{ do: 'write', path, content: 'bad\n', validate: `grep good '%s'` }])
    t.regex(done.failed?.message ?? '', /refused by: grep good '%s'/)
    t.is(readFileSync(path, 'utf8'), 'good\n')
    t.deepEqual(readdirSync(folder), ['checked'])
    const again = await apply(shell, [{ do: 'write', path, content: 'good too\n', validate: `grep -q good '%s'` }])
    t.is(again.failed, undefined)
  })

  test(`${shell}: an owner that does not exist leaves the old file and no rest`, async (t) => {
    const folder = scratch()
    writeFileSync(join(folder, 'file'), 'old')
    const done = await apply(shell, [{ do: 'write', path: join(folder, 'file'), content: 'new', owner: 'no-such-user' }])
    t.regex(done.failed?.message ?? '', /cannot write .*file: .*no-such-user/)
    t.is(readFileSync(join(folder, 'file'), 'utf8'), 'old')
    t.deepEqual(readdirSync(folder), ['file'])
  })

  test(`${shell}: a file too large for the shell's text is streamed and then put in place the same way`, async (t) => {
    const folder = scratch()
    const local = join(folder, 'source')
    writeFileSync(local, Buffer.concat(Array.from({ length: 1200 }, () => BYTES)))
    writeFileSync(join(folder, 'target'), 'old')
    chmodSync(join(folder, 'target'), 0o600)
    const done = await apply(shell, [{ do: 'write', path: join(folder, 'target'), content: { local }, backup: true }])
    t.is(done.failed, undefined, done.failed?.message)
    t.deepEqual(readFileSync(join(folder, 'target')), readFileSync(local))
    t.is(statSync(join(folder, 'target')).mode & 0o7777, 0o600)
    t.is(readdirSync(folder).length, 3)
  })

  test(`${shell}: a wait is one request however often it looks`, async (t) => {
    const path = join(scratch(), 'sign')
    const done = await apply(shell, [
      { do: 'script', script: `( sleep 0.5; touch '${path}' ) >/dev/null 2>&1 &`, purpose: 'make it come' },
      { do: 'poll', script: `[ -e '${path}' ] && echo there`, timeout: 5_000, interval: 100, purpose: 'wait for the sign' },
    ])
    t.is(done.failed, undefined, done.failed?.message)
    t.is(done.outcomes[1]?.stdout, 'there\n')
    t.is(done.roundTrips, 2)
    const never = await apply(shell, [
      { do: 'poll', script: 'echo still not; false', timeout: 300, interval: 100, purpose: 'wait for ever' },
    ])
    t.like(never.failed, { message: 'wait for ever: not within 0.3 s: still not' })
    t.true(never.outcomes[0]?.timedOut)
  })
}

asRoot('a full disk is named with the path, the old file stays and nothing is left', async (t) => {
  const folder = scratch()
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'stackrun-test', folder])
  try {
    writeFileSync(join(folder, 'file'), 'old')
    for (const shell of SHELLS) {
      const done = await apply(shell, [{ do: 'write', path: join(folder, 'file'), content: Buffer.alloc(64 * 1024, 'x') }])
      t.is(done.failed?.message, `cannot write ${join(folder, 'file')}: No space left on device`, shell)
      t.is(readFileSync(join(folder, 'file'), 'utf8'), 'old')
      t.deepEqual(readdirSync(folder), ['file'])
    }
  } finally {
    execFileSync('umount', [folder])
  }
})

test('an end of the run kills what runs and is thrown', async (t) => {
  const abort = new AbortController()
  const path = join(scratch(), 'late')
  setTimeout(() => {
    abort.abort(new Error('the run was ended'))
  }, 300)
  await t.throwsAsync(apply('dash', [{ do: 'run', argv: ['sh', '-c', `sleep 1; touch '${path}'`] }], abort.signal), {
    message: /the run was ended/,
  })
  await new Promise((resolve) => setTimeout(resolve, 1_100))
  t.false(existsSync(path))
})

for (const shell of SHELLS) {
  withAcl(`${shell}: a file that is replaced keeps its access list`, async (t) => {
    const path = join(scratch(), 'listed')
    writeFileSync(path, 'old')
    execFileSync('setfacl', ['-m', 'u:nobody:rw', path])
    const before = execFileSync('getfacl', ['-cp', path], { encoding: 'utf8' })
    const done = await apply(shell, [{ do: 'write', path, content: 'new' }])
    t.is(done.failed, undefined, done.failed?.message)
    t.is(execFileSync('getfacl', ['-cp', path], { encoding: 'utf8' }), before)
    t.regex(before, /user:nobody:rw-/)
  })
}
