import test from 'ava'
import packageFacts from '../../modules/package_facts.ts'
import serviceFacts from '../../modules/service_facts.ts'
import { fixtureHost } from '../_harness/fixture-host.ts'
import { moduleContext } from '../_harness/module.ts'

test('services of systemd and of init scripts, in the words of ansible', async (t) => {
  const stdout = [
    '= sysv',
    ' [ + ]  cron',
    ' [ - ]  ssh',
    '= units',
    'cron.service loaded active running Regular background program',
    'gone.service not-found inactive dead gone.service',
    'broken.service loaded failed failed Broken',
    '= files',
    'cron.service enabled enabled',
    'idle.service disabled enabled',
    'getty@.service enabled enabled',
    'broken.service enabled enabled',
    '= states',
    'idle.service',
    '= active',
    'ActiveState=inactive',
  ].join('\n')
  const host = fixtureHost({ probes: { 'service_facts ': { stdout } } })
  const state = await serviceFacts.check(host, {}, moduleContext())
  t.deepEqual(state, {
    cron: { name: 'cron', state: 'running', source: 'sysv' },
    ssh: { name: 'ssh', state: 'stopped', source: 'sysv' },
    'cron.service': { name: 'cron.service', state: 'running', status: 'enabled', source: 'systemd' },
    'gone.service': { name: 'gone.service', state: 'stopped', status: 'not-found', source: 'systemd' },
    'broken.service': { name: 'broken.service', state: 'stopped', status: 'failed', source: 'systemd' },
    'idle.service': { name: 'idle.service', state: 'inactive', status: 'disabled', source: 'systemd' },
    'getty@.service': { name: 'getty@.service', state: 'unknown', status: 'enabled', source: 'systemd' },
  })
})

test('packages by name, those of a foreign architecture by both', async (t) => {
  const stdout = '= dpkg\namd64\nlibc6\t2.36\tamd64\tlibs\tinstalled\nlibc6\t2.36\ti386\tlibs\tinstalled\nold\t1\tall\tmisc\tconfig-files\n'
  const host = fixtureHost({ probes: { 'package_facts ': { stdout } } })
  const state = await packageFacts.check(host, { manager: ['auto'], strategy: 'first' }, moduleContext())
  t.deepEqual(state, {
    libc6: [{ name: 'libc6', version: '2.36', arch: 'amd64', category: 'libs', source: 'apt' }],
    'libc6:i386': [{ name: 'libc6:i386', version: '2.36', arch: 'i386', category: 'libs', source: 'apt' }],
  })
})
