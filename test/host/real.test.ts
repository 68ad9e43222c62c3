import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { RunnerError } from '../../runner/base/error.ts'
import { Secret } from '../../runner/base/value.ts'
import { type Probe, ProbeUnavailable, Unavailable } from '../../runner/host/probe.ts'
import { SHELLS, withLocalMachine } from '../_harness/local.ts'

const BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))

function scratch(): string {
  return mkdtempSync(join(tmpdir(), 'stackrun real '))
}

for (const shell of SHELLS) {
  test(`${shell}: everything asked in one tick is one round trip, in whatever order it is asked`, async (t) => {
    const folder = scratch()
    const path = join(folder, "it's\na file")
    writeFileSync(path, BYTES)
    chmodSync(path, 0o4640)
    symlinkSync('nowhere\nelse', join(folder, 'link'))
    await withLocalMachine(shell, async ({ host, session }) => {
      const before = session.roundTrips
      const [file, link, followed, absent, bash, nothing, root, adm, ls, none, query] = await Promise.all([
        host.file(path, { content: 256, sha256: true }),
        host.file(join(folder, 'link')),
        host.file(join(folder, 'link'), { follow: true }),
        host.file(join(folder, 'absent')),
        host.package('bash'),
        host.package('no-such-package'),
        host.user('root'),
        host.group('adm'),
        host.which('ls'),
        host.which('no-such-program'),
        host.query(['sh', '-c', 'cat; printf "%s" "$A"; pwd; exit 3'], { stdin: new Secret("s'ecret\n"), env: { A: 'b c\n' }, cwd: '/' }),
      ])
      t.is(session.roundTrips - before, 1)
      t.like(file, {
        type: 'file',
        mode: 0o4640,
        size: 256,
        owner: 'root',
        content: BYTES,
        sha256: createHash('sha256').update(BYTES).digest('hex'),
      })
      t.like(link, { type: 'link', target: 'nowhere\nelse' })
      t.deepEqual([followed, absent], [{ type: 'absent' }, { type: 'absent' }])
      t.true(bash.installed && bash.version !== undefined)
      t.false(nothing.installed)
      t.like(root, { exists: true, uid: 0, group: 'root', home: '/root' })
      t.like(adm, { exists: true, name: 'adm' })
      t.regex(ls ?? '', /^(\/usr)?\/bin\/ls$/)
      t.is(none, undefined)
      t.deepEqual(query, { rc: 3, stdout: "s'ecret\nb c\n/\n", stderr: '' })
    })
  })

  test(`${shell}: a question that ends or moves its shell is answered, and those beside it are asked in the standing one`, async (t) => {
    const ask = (key: string, script: string): Probe<string> => ({
      kind: 'test',
      key,
      script,
      parse: ({ rc, text }) => `${String(rc)} ${text}`,
    })
    await withLocalMachine(shell, async ({ host, session }) => {
      const before = session.roundTrips
      const place = await host.probe(ask('mark', 'sr_test=stays; pwd'))
      t.deepEqual(
        await Promise.all([
          host.probe(ask('exits', 'echo a; exit 3')),
          host.probe(ask('becomes', 'exec sh -c "echo c; exit 5"')),
          host.probe(ask('moves', 'cd /usr && pwd')),
          host.probe(ask('tells', 'printf "%s " "$sr_test"; pwd; (exit 6)')),
        ]),
        ['3 a\n', '5 c\n', '0 /usr\n', `6 stays ${place.slice(2)}`],
      )
      t.is(session.roundTrips - before, 2)
    })
  })

  test(`${shell}: a content past the bound is not read, its checksum still is`, async (t) => {
    const path = join(scratch(), 'large')
    writeFileSync(path, BYTES)
    await withLocalMachine(shell, async ({ host }) => {
      const file = await host.file(path, { content: 255, sha256: true })
      t.like(file, { type: 'file', sha256: createHash('sha256').update(BYTES).digest('hex') })
      t.false('content' in file)
    })
  })

  test(`${shell}: a program that is not there ends with 127 and says its name`, async (t) => {
    await withLocalMachine(shell, async ({ host }) => {
      t.deepEqual(await host.query(['no-such-program', '-x']), { rc: 127, stdout: '', stderr: 'no-such-program: not found\n' })
    })
  })

  test(`${shell}: output of a question cannot pass for the frame of another`, async (t) => {
    await withLocalMachine(shell, async ({ host }) => {
      const [first, second] = await Promise.all([host.query(['printf', '\\001deadbeefE0 0\\n']), host.query(['printf', 'two'])])
      t.is(first.stdout, '\u0001deadbeefE0 0\n')
      t.is(second.stdout, 'two')
    })
  })

  test(`${shell}: a virtual package names who provides it`, async (t) => {
    await withLocalMachine(shell, async ({ host }) => {
      const state = await host.package('awk')
      t.false(state.installed)
      t.regex(state.providedBy ?? '', /awk/)
    })
  })

  test(`${shell}: a service that has no unit and no init script does not exist`, async (t) => {
    await withLocalMachine(shell, async ({ host }) => {
      t.like(await host.service('no-such-service'), { exists: false, active: false, enabled: false })
    })
  })

  test(`${shell}: a tilde is the home folder of the session's user`, async (t) => {
    mkdirSync(join(process.env['HOME'] ?? '/root'), { recursive: true })
    await withLocalMachine(shell, async ({ host }) => {
      t.like(await host.file('~'), { type: 'directory' })
    })
  })
}

test('a probe that cannot be asked is a typed error with its hint', async (t) => {
  const probe: Probe<string> = {
    kind: 'x',
    key: 'y',
    script: 'exit_code() { return 4; }; exit_code',
    parse: ({ rc }) => (rc === 4 ? new Unavailable('no x here', 'install x') : ''),
  }
  await withLocalMachine('dash', async ({ host }) => {
    const error = await t.throwsAsync(host.probe(probe), { instanceOf: ProbeUnavailable })
    t.is(error.reason, 'no x here')
    t.is(error.hint, 'install x')
  })
})

test('a question without an answer in time is named by what it is about, not by its script, which may hold a password', async (t) => {
  await withLocalMachine('dash', async ({ host }) => {
    const slow = host.query(['sleep', '5'], { timeout: 100, env: { PGPASSWORD: 'opensesame' } })
    const error = await t.throwsAsync(slow, { instanceOf: RunnerError, code: 'limit' })
    t.deepEqual(error.trace, ['asked about query sleep 5'])
    t.notRegex(JSON.stringify(error), /opensesame/)
  })
})

test('a script that the shell cannot read fails its questions and leaves the session usable', async (t) => {
  const broken: Probe<string> = { kind: 'x', key: 'y', script: 'if then (', parse: ({ text }) => text }
  await withLocalMachine('dash', async ({ host }) => {
    const error = await t.throwsAsync(host.probe(broken), { instanceOf: RunnerError, message: /got no answer/ })
    t.deepEqual(error.trace, ['asked about x y'])
    t.like(await host.query(['printf', 'alive']), { stdout: 'alive' })
  })
})
