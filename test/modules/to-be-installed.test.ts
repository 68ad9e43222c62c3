import test from 'ava'
import copy from '../../modules/copy.ts'
import service from '../../modules/service.ts'
import sysctl from '../../modules/sysctl.ts'
import { packageInstalled } from '../../runner/host/effects.ts'
import { createPredictedHost } from '../../runner/host/predicted.ts'
import { Prediction } from '../../runner/host/prediction.ts'
import { UnknownState } from '../../runner/host/probe.ts'
import { Failure } from '../../runner/module/change.ts'
import type { Module } from '../../runner/module/define.ts'
import { FIXTURE, fixtureHost } from '../_harness/fixture-host.ts'
import { moduleContext, parseArgs, planWith } from '../_harness/module.ts'

const REAL = FIXTURE.parse({
  paths: { '/etc/mysql': { type: 'directory' } },
  probes: { 'init systemd': { rc: 0 }, 'sysctl net.ipv4.ip_forward': { stdout: '=0\n' } },
})

/** What check mode says of things that a package, which is to be installed, may bring. */
async function certainties<A, S>(module: Module<A, S>, args: Readonly<Record<string, unknown>>, services: 'started' | 'kept') {
  const prediction = new Prediction()
  prediction.apply([packageInstalled('mariadb-server', undefined, services)])
  const host = createPredictedHost(fixtureHost(REAL), prediction)
  const context = moduleContext({ facts: {}, now: 0, cwd: import.meta.dirname })
  const decided = await planWith(host, module, { args: parseArgs(module, args), context })
  if (decided instanceof Failure || decided instanceof UnknownState) throw new Error(JSON.stringify(decided))
  return decided.changes.map((change) => change.certainty ?? 'change')
}

test('a text of ours is no package’s: that it is written is certain', async (t) => {
  t.deepEqual(await certainties(copy, { dest: '/etc/mysql/our.cnf', content: '[mysqld]\n' }, 'kept'), ['change'])
})

test('whether an empty file, or one that replaces no other, is written is not known', async (t) => {
  t.deepEqual(await certainties(copy, { dest: '/etc/mysql/our.cnf', content: '' }, 'kept'), ['maybe'])
  t.deepEqual(await certainties(copy, { dest: '/etc/mysql/our.cnf', content: 'x', force: false }, 'kept'), ['maybe'])
})

test('a service is certainly started only where its package was kept from doing so', async (t) => {
  t.deepEqual(await certainties(service, { name: 'mariadb', state: 'started' }, 'kept'), ['change'])
  t.deepEqual(await certainties(service, { name: 'mariadb', state: 'started' }, 'started'), ['maybe'])
})

test('where the kernel has another value now, it is certainly set, whatever a package’s file says', async (t) => {
  const forward = { name: 'net.ipv4.ip_forward', value: '1', sysctl_file: '/etc/sysctl.d/90-forward.conf' }
  t.deepEqual(await certainties(sysctl, { ...forward, sysctl_set: true }, 'kept'), ['change'])
  t.deepEqual(await certainties(sysctl, forward, 'kept'), ['maybe'])
  t.deepEqual(await certainties(sysctl, { ...forward, value: '0', sysctl_set: true }, 'kept'), ['maybe'])
})
