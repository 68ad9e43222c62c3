import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { main } from '../../runner/cli/main.ts'
import { testIo } from './_io.ts'

test('a play on this machine needs no lab, though the inventory describes one', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stackrun-lab-hosts-'))
  t.teardown(() => {
    rmSync(folder, { recursive: true })
  })
  writeFileSync(join(folder, 'hosts.yml'), 'all:\n  hosts: {one: {ansible_host: 10.99.0.11}}\n  vars: {stackrun_lab: true}\n')
  writeFileSync(join(folder, 'here.yml'), '- hosts: localhost\n  gather_facts: false\n  tasks: [{debug: {msg: here}}]\n')
  const io = testIo({ cwd: folder })
  t.is(await main(['here.yml', '-i', 'hosts.yml', '-c', 'local'], io), 0, io.err())
  t.true(io.out().includes('here'))
})

test('a host of the lab that has left the inventory is still seen', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stackrun-lab-hosts-'))
  t.teardown(() => {
    rmSync(folder, { recursive: true })
  })
  const vars = `{stackrun_lab: true, stackrun_lab_folder: ${folder}/lab}`
  writeFileSync(join(folder, 'hosts.yml'), `all:\n  hosts: {one: {ansible_host: 10.99.0.11}}\n  vars: ${vars}\n`)
  mkdirSync(join(folder, 'lab/hosts/two'), { recursive: true })
  const two = { name: 'two', address: '10.99.0.12', base: 'debian', hostKey: 'ssh-ed25519 none' }
  writeFileSync(join(folder, 'lab/hosts/two/host.json'), JSON.stringify(two))
  const all = testIo({ cwd: folder })
  t.is(await main(['lab', 'status', '-i', 'hosts.yml'], all), 0, all.err())
  t.regex(all.out(), /^one +10\.99\.0\.11 +absent.*\ntwo +10\.99\.0\.12 +off/m)
  const alone = testIo({ cwd: folder })
  t.is(await main(['lab', 'status', 'two', '-i', 'hosts.yml'], alone), 0, alone.err())
  t.notRegex(alone.out(), /^one/m)
  t.is(await main(['lab', 'up', 'two', '-i', 'hosts.yml'], alone), 2)
  t.regex(alone.err(), /no lab host two in the inventory/)
})
