import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
