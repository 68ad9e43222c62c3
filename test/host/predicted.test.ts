import test from 'ava'
import {
  directoryCreated,
  fileAttributes,
  fileRemoved,
  fileWritten,
  groupChanged,
  linkCreated,
  packageInstalled,
  packageRemoved,
  resource,
  serviceChanged,
  unknownAfter,
  userChanged,
  userRemoved,
} from '../../runner/host/effects.ts'
import type { FileStat, FileState } from '../../runner/host/host.ts'
import { createPredictedHost } from '../../runner/host/predicted.ts'
import { Prediction } from '../../runner/host/prediction.ts'
import { type Effect, type Probe, ProbeUnavailable, Unavailable, UnknownState } from '../../runner/host/probe.ts'
import { type FixtureData, fixtureHost } from '../_harness/fixture-host.ts'

const REAL: FixtureData = {
  paths: { '/etc/motd': { content: 'hello', mode: 0o640, owner: 'www' }, '/srv/data/file': 'data', '/opt/app/old': 'x' },
  services: { cron: { active: false, enabled: true } },
  users: { joe: { uid: 1000, groups: ['adm'] } },
  packages: { bash: '5.2' },
  programs: { ls: '/bin/ls' },
  queries: { 'ls /': { stdout: 'bin' }, 'ls /fails': { rc: 2 }, 'mysql -e x': { rc: 127 } },
  probes: { 'db nova': { rc: 3 }, 'project service': { stdout: 'real' } },
  http: { 'GET http://api/': { status: 0, error: 'ECONNREFUSED' } },
}

function after(...effects: readonly Effect[]): ReturnType<typeof createPredictedHost> {
  const prediction = new Prediction()
  prediction.apply(effects)
  return createPredictedHost(fixtureHost(REAL), prediction)
}

function isStat(state: FileState): state is FileStat {
  return state.type !== 'absent' && state.type !== 'unknown'
}

function probe(kind: string, key: string, extra: Partial<Probe<string>> = {}): Probe<string> {
  return { kind, key, script: ':', parse: ({ rc, text }) => (rc === 3 ? new Unavailable('no server') : text), ...extra }
}

test('without effects the real host answers', async (t) => {
  const host = after()
  t.like(await host.file('/etc/motd', { content: 10 }), { type: 'file', mode: 0o640, content: Buffer.from('hello') })
  t.deepEqual(await host.file('/etc/none'), { type: 'absent' })
  t.like(await host.service('cron'), { active: false, enabled: true })
  t.deepEqual(await host.user('nova'), { exists: false })
  t.is(await host.which('mysql'), undefined)
  await t.throwsAsync(host.probe(probe('db', 'nova')), { instanceOf: ProbeUnavailable })
})

test('a written file has the new content and checksum and keeps the attributes that nobody changed', async (t) => {
  const host = after(fileWritten('/etc/motd', { content: Buffer.from('hello world') }, { mode: 0o600 }))
  const state = await host.file('/etc/motd', { content: 100, sha256: true })
  t.like(state, { type: 'file', mode: 0o600, owner: 'www', size: 11, content: Buffer.from('hello world') })
  t.is(isStat(state) ? state.sha256?.length : 0, 64)
})

test('a file written with a content that is not known has none, not the old one', async (t) => {
  const state = await after(fileWritten('/etc/motd')).file('/etc/motd', { content: 100, sha256: true })
  t.true(isStat(state) && state.content === undefined && state.sha256 === undefined)
})

test('attributes change without the content, and a name without its number does not keep the old number', async (t) => {
  const host = after(fileAttributes('/etc/motd', { owner: 'nova' }))
  t.like(await host.file('/etc/motd', { content: 100 }), { content: Buffer.from('hello'), owner: 'nova', uid: -1, mode: 0o640 })
})

test('below a folder that was removed or made anew nothing is there', async (t) => {
  t.deepEqual(await after(fileRemoved('/srv/data')).file('/srv/data/file'), { type: 'absent' })
  const again = after(fileRemoved('/srv/data'), directoryCreated('/srv/data'))
  t.like(await again.file('/srv/data'), { type: 'directory' })
  t.deepEqual(await again.file('/srv/data/file'), { type: 'absent' })
  t.like(await after(fileAttributes('/srv/data', { mode: 0o700 })).file('/srv/data/file'), { type: 'file' })
})

test('a file that is predicted has its folders with it', async (t) => {
  t.like(await after(fileWritten('/srv/new/deep/file')).file('/srv/new'), { type: 'directory' })
})

test('a predicted link leads to its target, above and at the path', async (t) => {
  const host = after(linkCreated('/srv/now', 'data'))
  t.like(await host.file('/srv/now'), { type: 'link', target: 'data' })
  t.like(await host.file('/srv/now', { follow: true }), { type: 'directory' })
  t.like(await host.file('/srv/now/file', { content: 10 }), { type: 'file', content: Buffer.from('data') })
})

test('what a package may bring is unknown, an administrator’s own folders are not', async (t) => {
  const host = after(packageInstalled('nova-api'))
  t.deepEqual(await host.file('/etc/nova/nova.conf'), { type: 'unknown', reason: '/etc/nova/nova.conf may come with package nova-api' })
  for (const path of ['/usr/local/bin/x', '/root/x', '/home/x', '/srv/x', '/tmp/x'])
    t.deepEqual(await host.file(path), { type: 'absent' }, path)
  t.is((await host.service('nova-api')).unknown, 'service nova-api may come with package nova-api')
  await t.throwsAsync(host.user('nova'), { instanceOf: UnknownState, message: 'user nova may come with package nova-api' })
  await t.throwsAsync(host.group('nova'), { instanceOf: UnknownState })
  await t.throwsAsync(host.which('nova-manage'), { instanceOf: UnknownState })
  t.like(await host.package('nova-api'), { installed: true })
  t.like(await host.package('nova-compute'), { installed: false })
})

test('a folder made by hand is empty, unless packages come after it', async (t) => {
  t.deepEqual(await after(packageInstalled('a'), directoryCreated('/etc/own')).file('/etc/own/file'), { type: 'absent' })
  t.like(await after(directoryCreated('/etc/own'), packageInstalled('a')).file('/etc/own/file'), { type: 'unknown' })
})

test('a removed package is not a newcomer', async (t) => {
  const host = after(packageRemoved('bash'))
  t.like(await host.package('bash'), { installed: false })
  t.deepEqual(await host.file('/etc/none'), { type: 'absent' })
})

test('service effects add up over the real state, under either name', async (t) => {
  const host = after(serviceChanged('cron.service', { active: true }), serviceChanged('cron', { enabled: false }))
  t.like(await host.service('cron'), { exists: true, active: true, state: 'active', enabled: false, unitState: 'disabled' })
  const fresh = await after(packageInstalled('x'), serviceChanged('x', { active: true, enabled: true })).service('x')
  t.like(fresh, { exists: true, active: true, enabled: true, unknown: undefined })
})

test('user and group effects lie over the real entry', async (t) => {
  t.like(await after(userChanged('joe', { shell: '/bin/zsh' })).user('joe'), { uid: 1000, shell: '/bin/zsh', groups: ['adm'] })
  t.like(await after(userChanged('new', { home: '/x' })).user('new'), { exists: true, name: 'new', uid: -1, home: '/x' })
  t.deepEqual(await after(userRemoved('joe')).user('joe'), { exists: false })
  t.like(await after(groupChanged('g', { gid: 7 })).group('g'), { exists: true, gid: 7, members: [] })
})

test('a probe takes the state that an effect of its kind and key left', async (t) => {
  t.is(await after(resource('db', 'nova', 'made')).probe(probe('db', 'nova')), 'made')
})

test('a probe that cannot be asked yet is fresh or unknown, once something is to be installed or started', async (t) => {
  const started = after(serviceChanged('mariadb', { active: true }))
  t.is(await started.probe(probe('db', 'nova', { fresh: () => 'empty' })), 'empty')
  await t.throwsAsync(started.probe(probe('db', 'nova')), {
    instanceOf: UnknownState,
    message: 'no server; that may change with service mariadb',
  })
})

test('what belongs to the run is the same on all hosts, what belongs to a host is not', async (t) => {
  const prediction = new Prediction()
  prediction.forHost('a').apply([resource('project', 'service', 'predicted', 'run'), resource('db', 'nova', 'made')])
  const other = createPredictedHost(fixtureHost(REAL), prediction.forHost('b'))
  t.is(await other.probe(probe('project', 'service', { scope: 'run' })), 'predicted')
  t.is(await other.probe(probe('project', 'service')), 'real')
  await t.throwsAsync(other.probe(probe('db', 'nova')), { instanceOf: ProbeUnavailable })
})

test('a program that is to come answers fresh or is unknown', async (t) => {
  const host = after(packageInstalled('mariadb-client'))
  t.deepEqual(await host.query(['mysql', '-e', 'x'], { fresh: { rc: 0, stdout: 'none', stderr: '' } }), {
    rc: 0,
    stdout: 'none',
    stderr: '',
  })
  await t.throwsAsync(host.query(['mysql', '-e', 'x']), { instanceOf: UnknownState })
  t.like(await host.query(['ls', '/']), { stdout: 'bin' })
  t.like(await host.query(['ls', '/fails']), { rc: 2 })
})

test('an address that does not answer yet is unknown while its server is still to come', async (t) => {
  t.like(await after().http({ method: 'GET', url: 'http://api/' }), { status: 0 })
  await t.throwsAsync(after(packageInstalled('keystone')).http({ method: 'GET', url: 'http://api/' }), {
    instanceOf: UnknownState,
    message: /ECONNREFUSED/,
  })
})

test('what nobody can know stays unknown for every kind', async (t) => {
  const host = after(
    unknownAfter('file', '/etc/motd', 'why'),
    unknownAfter('service', 'cron', 'why'),
    unknownAfter('user', 'joe', 'why'),
    unknownAfter('package', 'bash', 'why'),
    unknownAfter('db', 'x', 'why'),
  )
  t.deepEqual(await host.file('/etc/motd'), { type: 'unknown', reason: 'why' })
  t.is((await host.service('cron')).unknown, 'why')
  for (const asked of [host.user('joe'), host.package('bash'), host.probe(probe('db', 'x'))])
    await t.throwsAsync(asked, { instanceOf: UnknownState, message: 'why' })
})

test('a service that a package may bring is known to be stopped only where packages are kept from starting any', async (t) => {
  t.deepEqual((await after(packageInstalled('nova-api')).service('nova-api')).known, ['masked'])
  t.deepEqual((await after(packageInstalled('nova-api', undefined, 'kept')).service('nova-api')).known, ['active', 'masked'])
  const mixed = after(packageInstalled('nova-api', undefined, 'kept'), packageInstalled('curl'))
  t.deepEqual((await mixed.service('nova-api')).known, ['masked'])
})

test('of a service that a package may bring, what a change settled is known, and all of it once all is settled', async (t) => {
  const started = await after(packageInstalled('nova-api'), serviceChanged('nova-api', { active: true })).service('nova-api')
  t.like(started, { exists: true, active: true, known: ['masked', 'active'] })
  t.regex(started.unknown ?? '', /may come with package nova-api/)
  const both = after(packageInstalled('nova-api'), serviceChanged('nova-api', { active: true, enabled: true }))
  t.is((await both.service('nova-api')).unknown, undefined)
})
