import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { inventorySources } from '../../runner/cli/inventory-sources.ts'
import { testIo } from './_io.ts'

function folder(): string {
  return mkdtempSync(join(tmpdir(), 'stackrun-inventory-'))
}

test('paths count from the working folder, host lists stay as they are', (t) => {
  t.deepEqual(inventorySources(['hosts.yml', '/etc/hosts.ini', 'web1,web2'], testIo({ cwd: '/srv' })), [
    '/srv/hosts.yml',
    '/etc/hosts.ini',
    'web1,web2',
  ])
})

test('without -i the environment, then ansible.cfg, then ./inventory is taken', (t) => {
  const cwd = folder()
  mkdirSync(join(cwd, 'inventory'))
  t.deepEqual(inventorySources([], testIo({ cwd })), [join(cwd, 'inventory')])
  writeFileSync(join(cwd, 'ansible.cfg'), '[other]\ninventory = wrong\n[defaults]\nforks = 3\ninventory = conf/hosts  \n[ssh_connection]\n')
  t.deepEqual(inventorySources([], testIo({ cwd })), [join(cwd, 'conf/hosts')])
  t.deepEqual(inventorySources([], testIo({ cwd, env: { ANSIBLE_INVENTORY: 'env.ini' } })), [join(cwd, 'env.ini')])
  t.deepEqual(inventorySources(['mine'], testIo({ cwd, env: { ANSIBLE_INVENTORY: 'env.ini' } })), [join(cwd, 'mine')])
})

test('an ansible.cfg without an inventory says nothing', (t) => {
  const cwd = folder()
  mkdirSync(join(cwd, 'inventory'))
  writeFileSync(join(cwd, 'ansible.cfg'), '[defaults]\n#inventory = no\nroles_path = roles\n')
  t.deepEqual(inventorySources([], testIo({ cwd })), [join(cwd, 'inventory')])
})
