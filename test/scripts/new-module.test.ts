import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { importModule } from '../../runner/module/load.ts'

const root = join(import.meta.dirname, '../..')

function create(name: string, folder: string): ReturnType<typeof spawnSync> {
  return spawnSync(process.execPath, [join(root, 'scripts/new-module.mjs'), name, folder], { encoding: 'utf8' })
}

test('a new module keeps the contract and comes with scenarios', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stackrun-new-'))
  symlinkSync(join(root, 'runner'), join(folder, 'runner'))
  t.is(create('mirror', folder).status, 0)
  const module = await importModule(join(folder, 'modules/mirror.ts'))
  t.is(module.name, 'mirror')
  t.like(module.plan({ folder: { type: 'absent' } }, { path: '/srv/a b' }), [{ what: 'create directory /srv/a b' }])
  t.deepEqual(module.plan({ folder: { type: 'directory' } }, { path: '/srv' }), [])
  t.true(readFileSync(join(folder, 'test/modules/mirror/creates-what-is-missing.yml'), 'utf8').includes('- create directory /srv/mirror'))
})

test('a name that is taken or no name is refused, and nothing is written over', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stackrun-new-'))
  t.is(create('mirror', folder).status, 0)
  t.is(create('mirror', folder).status, 1)
  t.is(create('Bad-Name', folder).status, 2)
})
