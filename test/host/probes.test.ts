import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { PRELUDE } from '../../runner/host/prelude.ts'
import { type Probe, type ProbeAnswer, Unavailable } from '../../runner/host/probe.ts'
import { statProbe } from '../../runner/host/probes/file.ts'
import { candidateProbe, packageProbe } from '../../runner/host/probes/package.ts'
import { quotePath } from '../../runner/host/probes/path.ts'
import { serviceProbe } from '../../runner/host/probes/service.ts'
import { userProbe } from '../../runner/host/probes/user.ts'
import { SHELLS, type ShellName } from '../_harness/local.ts'

function answer(text: string, rc = 0): ProbeAnswer {
  return { rc, stdout: Buffer.from(text), text, stderr: '' }
}

function parsed<T>(probe: Probe<T>, text: string, rc = 0): T {
  const state = probe.parse(answer(text, rc))
  if (state instanceof Unavailable) throw new Error(state.reason)
  return state
}

function run(shell: ShellName, script: string, env: Readonly<Record<string, string>> = {}): string {
  const [program = 'sh', ...first] = shell.split(' ')
  return execFileSync(program, [...first, '-c', `${PRELUDE}\n${script}`], { encoding: 'utf8', env: { ...process.env, ...env } })
}

for (const shell of SHELLS) {
  test(`${shell}: a host with busybox's tools alone is read the same way`, (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'stackrun applets '))
    const bin = join(folder, 'bin')
    mkdirSync(bin)
    for (const applet of ['stat', 'readlink', 'sha256sum', 'head', 'id', 'sed', 'sleep', 'date'])
      symlinkSync('/usr/bin/busybox', join(bin, applet))
    writeFileSync(join(folder, 'file'), 'abc')
    chmodSync(join(folder, 'file'), 0o1751)
    symlinkSync('a b', join(folder, 'link'))
    const paths = [join(folder, 'file'), join(folder, 'link'), join(folder, 'none')]
    const states = parsed(statProbe(paths, 'nofollow'), run(shell, `PATH='${bin}'\n${statProbe(paths, 'nofollow').script}`))
    t.like(states.get(paths[0] ?? ''), { type: 'file', mode: 0o1751, size: 3, owner: 'root' })
    t.like(states.get(paths[1] ?? ''), { type: 'link', target: readlinkSync(paths[1] ?? '') })
    t.deepEqual(states.get(paths[2] ?? ''), { type: 'absent' })
  })

  test(`${shell}: a path that only starts like an option or a home is taken for what it is`, (t) => {
    t.is(
      run(shell, `printf '%s|%s|%s' ${quotePath('-n')} ${quotePath('~/it is')} ${quotePath('a~b')}`, { HOME: '/home/x' }),
      './-n|/home/x/it is|a~b',
    )
  })

  test(`${shell}: a port of this machine is found to listen or not`, async (t) => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? String(address.port) : ''
    t.is(run(shell, `sr_listening ${port} && printf up`), 'up')
    server.close()
    t.is(run(shell, `sr_listening ${port} || printf down`), 'down')
  })

  test(`${shell}: the clock counts hundredths of a second`, (t) => {
    const passed = Number(run(shell, 'sr_clock; sr_end=$sr_now; sleep 0.2; sr_clock; printf %s $((sr_now - sr_end))'))
    t.true(passed >= 19 && passed < 300, String(passed))
  })

  test(`${shell}: the prelude leaves the shell's options and variables as they are`, (t) => {
    const script =
      'set | grep -v "^\\(sr_\\|_=\\|PATH=\\|PPID=\\|BASH_\\|FUNCNAME\\|LINENO\\|PIPESTATUS\\|RANDOM\\|SECONDS\\|EPOCH\\)" | grep "^[A-Za-z_]*=" | sort'
    const [program = 'sh', ...first] = shell.split(' ')
    const bare = execFileSync(program, [...first, '-c', script], { encoding: 'utf8' })
    t.is(run(shell, `sr_stat n / >/dev/null; sr_has ls; sr_clock; ${script}`), bare)
  })
}

/** Becoming nobody needs root. */
const asRoot = process.getuid?.() === 0 ? test : test.skip

asRoot('a folder that must not be looked into is not taken for an empty one', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stackrun hidden '))
  chmodSync(folder, 0o755)
  mkdirSync(join(folder, 'closed'), { mode: 0o700 })
  const path = join(folder, 'closed', 'deep', 'file')
  const script = `${PRELUDE}\n${statProbe([path], 'nofollow').script}`
  const text = execFileSync('runuser', ['-u', 'nobody', '--', 'dash', '-c', script], { encoding: 'utf8' })
  const state = parsed(statProbe([path], 'nofollow'), text).get(path)
  t.true(state instanceof Unavailable && state.hint === 'use become')
})

test('systemd’s answer for several units is told apart, masked and missing ones too', (t) => {
  const text =
    'systemd\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n\nLoadState=not-found\nActiveState=inactive\nUnitFileState=\n\nLoadState=masked\nActiveState=inactive\nUnitFileState=masked\n'
  const states = parsed(serviceProbe(['ssh', 'nope', 'bad']), text)
  t.like(states.get('ssh'), { exists: true, active: true, enabled: true, unitState: 'enabled' })
  t.like(states.get('nope'), { exists: false, active: false })
  t.like(states.get('bad'), { exists: true, masked: true, enabled: false })
})

test('rows of dpkg tell installed, half removed, foreign and virtual packages apart', (t) => {
  const text =
    'dpkg\nmawk\tamd64\tinstalled\t1.3\tawk\nold\tamd64\tconfig-files\t1\t\nlibc6\ti386\tinstalled\t2.36\tlibc6-i686 (= 2), other\n'
  const states = parsed(packageProbe(['mawk', 'old', 'libc6:i386', 'awk', 'other', 'aw']), text)
  t.deepEqual(states.get('mawk'), { installed: true, version: '1.3' })
  t.like(states.get('old'), { installed: false })
  t.like(states.get('libc6:i386'), { installed: true, version: '2.36' })
  t.like(states.get('awk'), { installed: false, providedBy: 'mawk' })
  t.like(states.get('other'), { providedBy: 'libc6' })
  t.is(states.get('aw')?.providedBy, undefined)
})

test('rpm and apk hosts are read by their own rows, a host with none is unavailable', (t) => {
  t.deepEqual(parsed(packageProbe(['bash', 'no']), 'rpm\nbash\t5.1-2.el9\nno package provides no\n').get('bash'), {
    installed: true,
    version: '5.1-2.el9',
  })
  t.deepEqual(parsed(packageProbe(['py3-yaml']), 'apk\npy3-yaml-6.0.1-r2\n').get('py3-yaml'), { installed: true, version: '6.0.1-r2' })
  t.true(packageProbe(['x']).parse(answer('none\n')) instanceof Unavailable)
})

test('the candidate is apt’s, and none where no source has the package', (t) => {
  const text =
    'keystone:\n  Installed: (none)\n  Candidate: 2:22.0.2-1\n  Version table:\nghost:\n  Installed: (none)\n  Candidate: (none)\n'
  t.deepEqual([...parsed(candidateProbe(['keystone', 'ghost']), text)], [['keystone', '2:22.0.2-1']])
})

test('an account’s password is told only where it could be read', (t) => {
  const entry = 'joe:x:1000:100:Joe,,:/home/joe:/bin/sh\nusers adm sudo\n'
  t.like(parsed(userProbe('joe'), `${entry}joe:$6$x:19000::::::\n`), {
    uid: 1000,
    gid: 100,
    group: 'users',
    groups: ['adm', 'sudo'],
    password: '$6$x',
  })
  t.false('password' in parsed(userProbe('joe'), entry))
})
