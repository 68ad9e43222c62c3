import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, hostname, networkInterfaces, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { isRecord, toPlain, type ValueRecord } from '../../runner/base/value.ts'
import { factsProbe, gatherFacts, wantedGroups } from '../../runner/host/facts.ts'
import { Unavailable } from '../../runner/host/probe.ts'
import { SHELLS, withLocalMachine } from '../_harness/local.ts'

function output(...argv: readonly [string, ...string[]]): string {
  return execFileSync(argv[0], argv.slice(1), { encoding: 'utf8' }).trim()
}

for (const shell of SHELLS) {
  test(`${shell}: one round trip tells what this machine's own tools tell`, async (t) => {
    const { facts, trips } = await withLocalMachine(shell, async ({ session }) => {
      const before = session.roundTrips
      return { facts: await gatherFacts(session, { subsets: [], now: 0 }), trips: session.roundTrips - before }
    })
    t.is(trips, 1)
    t.like(facts, {
      hostname: hostname().split('.')[0],
      kernel: output('uname', '-r'),
      machine: output('uname', '-m'),
      os_family: 'Debian',
      pkg_mgr: 'apt',
      user_id: output('id', '-un'),
      module_setup: true,
    })
    t.is(facts['memtotal_mb'], Math.floor(totalmem() / 1024 / 1024))
    t.is(facts['processor_vcpus'], cpus().length)
    const addresses = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter((entry) => entry.family === 'IPv4' && !entry.internal)
    t.deepEqual([...new Set(listOf(facts, 'all_ipv4_addresses'))].sort(), [...new Set(addresses.map((entry) => entry.address))].sort())
    const zone = isRecord(facts['date_time']) ? facts['date_time'] : {}
    t.true(Math.abs(Number(zone['epoch']) - Date.now() / 1000) < 30)
    t.is(zone['tz_offset'], output('date', '+%z'))
    t.true(JSON.stringify(toPlain(facts)).includes('"mount":"/"'))
  })

  test(`${shell}: files of facts.d are JSON, programs that print JSON, or INI; a bad one gives a text`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'stackrun facts '))
    writeFileSync(join(folder, 'json.fact'), '{"a": [1, {"b": "{{ never }}"}]}')
    writeFileSync(join(folder, 'ini.fact'), '# note\n[general]\nColour = red\n')
    writeFileSync(join(folder, 'program.fact'), '#!/bin/sh\necho \'{"x": "y"}\'', { mode: 0o755 })
    writeFileSync(join(folder, 'fails.fact'), '#!/bin/sh\nexit 3', { mode: 0o755 })
    writeFileSync(join(folder, 'bad.fact'), 'neither\n')
    const facts = await withLocalMachine(shell, ({ session }) => gatherFacts(session, { subsets: ['local'], now: 0, factPath: folder }))
    t.deepEqual(toPlain(facts['local'] ?? null), {
      json: { a: [1, { b: '{{ never }}' }] },
      ini: { general: { colour: 'red' } },
      program: { x: 'y' },
      fails: `Failure executing fact script (${join(folder, 'fails.fact')}), rc: 3`,
      bad: `error loading facts as JSON or ini - please check content: ${join(folder, 'bad.fact')}`,
    })
    t.is(facts['memtotal_mb'], undefined)
  })
}

test('subsets add to and take from the minimum', (t) => {
  const groups = (...subsets: readonly string[]): readonly string[] => [...wantedGroups(subsets)].sort()
  t.deepEqual(groups(), ['hardware', 'local', 'network', 'virtual'])
  t.deepEqual(groups('all', '!hardware'), ['local', 'network', 'virtual'])
  t.deepEqual(groups('!all'), [])
  t.deepEqual(groups('min'), [])
  t.deepEqual(groups('!all', 'network'), ['network'])
  t.deepEqual(groups('!facter', '!ohai'), ['hardware', 'local', 'network', 'virtual'])
})

test('a clock in a summer time zone gives local and universal time', (t) => {
  const facts = parsed('\u0001machine\nx86_64\n\u0001date\n1720000000 +0200 CEST\n\u0001zone\nCET-1CEST,M3.5.0,M10.5.0/3\n')
  t.like(toPlain(facts['date_time'] ?? null), {
    date: '2024-07-03',
    time: '11:46:40',
    iso8601: '2024-07-03T09:46:40Z',
    weekday: 'Wednesday',
    weekday_number: '3',
    weeknumber: '27',
    tz: 'CEST',
    tz_dst: 'CEST',
    iso8601_basic_short: '20240703T114640',
  })
})

test('a distribution is known by its os-release', (t) => {
  const release = (lines: readonly string[]): ValueRecord =>
    parsed(`\u0001files\n${lines.map((line) => `/etc/os-release:${line}`).join('\n')}\n\u0001machine\naarch64\n`)
  t.like(release(['ID="rocky"', 'VERSION_ID="9.3"', 'ID_LIKE="rhel centos"']), {
    distribution: 'Rocky',
    os_family: 'RedHat',
    distribution_major_version: '9',
    architecture: 'aarch64',
  })
  t.like(release(['NAME="Some Linux"', 'ID=some', 'ID_LIKE=debian']), { distribution: 'Some Linux', os_family: 'Debian' })
})

test('the source of facts about processors is counted right on machines with sockets and threads', (t) => {
  const cpu = (id: number, socket: number): string =>
    `processor\t: ${String(id)}\nvendor_id\t: V\nmodel name\t: M\nphysical id\t: ${String(socket)}\nsiblings\t: 4\ncpu cores\t: 2\n`
  const file = [0, 1, 2, 3, 4, 5, 6, 7].map((id) => cpu(id, id >> 2)).join('\n')
  const lines = file
    .split('\n')
    .map((line) => `/proc/cpuinfo:${line}`)
    .join('\n')
  t.like(parsed(`\u0001files\n${lines}\n\u0001machine\nx86_64\n`), {
    processor_count: 2,
    processor_cores: 2,
    processor_threads_per_core: 2,
    processor_vcpus: 8,
  })
})

test('a shell that gave no answer is unavailable, not a host without facts', (t) => {
  t.true(factsProbe({ subsets: [], now: 0 }).parse({ rc: 1, stdout: Buffer.from(''), text: '', stderr: 'broken' }) instanceof Unavailable)
})

test('the machine id and host keys are those of the files', async (t) => {
  const facts = await withLocalMachine('dash', ({ session }) => gatherFacts(session, { subsets: ['min'], now: 0 }))
  t.is(facts['machine_id'], readFileSync('/etc/machine-id', 'utf8').trim())
})

function parsed(text: string): ValueRecord {
  const body = `\n${text.replaceAll('\u0001', '\n\u0001')}`
  const facts = factsProbe({ subsets: [], now: 0 }).parse({ rc: 0, stdout: Buffer.from(body), text: body, stderr: '' })
  if (facts instanceof Unavailable) throw new Error(facts.reason)
  return facts
}

function listOf(facts: ValueRecord, name: string): readonly unknown[] {
  const value = facts[name]
  return Array.isArray(value) ? value : []
}
