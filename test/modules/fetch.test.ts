import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import fetch from '../../modules/fetch.ts'
import { Prediction } from '../../runner/host/prediction.ts'
import { runModule, runTwice } from '../_harness/module.ts'

const folder = mkdtempSync(join(tmpdir(), 'fetch-'))
const at = (name: string): string => join(folder, name)
const cwd = at('controller')
mkdirSync(cwd)
test.after.always(() => rmSync(folder, { recursive: true }))

test('a file goes to a folder of its host, once', async (t) => {
  writeFileSync(at('one'), 'hello\n')
  const { first, second } = await runTwice(fetch, { src: at('one'), dest: 'kept' }, { cwd, inventoryName: 'web1' })
  const dest = join(cwd, 'kept/web1', at('one'))
  t.deepEqual([first.status, second.status, second.roundTrips], ['changed', 'ok', 1])
  t.is(readFileSync(dest, 'utf8'), 'hello\n')
  const checksum = 'f572d396fae9206628714fb2ce00f72e94f2258f'
  t.deepEqual(first.data, { dest, checksum, remote_checksum: checksum })
  t.deepEqual(second.data, { dest, file: at('one'), checksum })
  writeFileSync(at('one'), 'other\n')
  const changed = await runModule(fetch, { src: at('one'), dest: 'kept' }, { cwd, inventoryName: 'web1' })
  t.like(changed.changes[0]?.diff, { before: 'hello\n', after: 'other\n' })
  t.is(readFileSync(dest, 'utf8'), 'other\n')
})

test('flat: a file of its own name, or the same one in a folder', async (t) => {
  writeFileSync(at('flat'), 'x')
  t.is((await runModule(fetch, { src: at('flat'), dest: 'into/', flat: true }, { cwd })).data['dest'], join(cwd, 'into/flat'))
  t.is((await runModule(fetch, { src: at('flat'), dest: 'named', flat: true }, { cwd })).data['dest'], join(cwd, 'named'))
  const folderAsFile = await runModule(fetch, { src: at('flat'), dest: 'into', flat: true }, { cwd })
  t.regex(folderAsFile.failure ?? '', /is an existing directory, use a trailing slash/)
})

test('no name of a host and no path of one leads out of the folder', async (t) => {
  writeFileSync(at('secret'), 'x')
  for (const inventoryName of ['..', '../..', '../../../tmp/evil', '.']) {
    const run = await runModule(fetch, { src: at('secret'), dest: 'cage' }, { cwd, inventoryName })
    t.regex(run.failure ?? run.status, /is outside of/, inventoryName)
  }
  const climbing = `${folder}/x/../../..${folder}/secret`
  mkdirSync(at('x'))
  const run = await runModule(fetch, { src: climbing, dest: 'cage' }, { cwd, inventoryName: 'web1' })
  t.is(run.data['dest'], join(cwd, 'cage/web1', folder, 'secret'))
})

test('what is not there, is a folder or is known not to be readable', async (t) => {
  const missing = { src: at('none'), dest: 'kept' }
  const why = 'the remote file does not exist, not transferring, ignored'
  t.is((await runModule(fetch, missing, { cwd })).failure, why)
  const ignored = await runModule(fetch, { ...missing, fail_on_missing: false }, { cwd })
  t.deepEqual([ignored.status, ignored.data['msg']], ['ok', why])
  const folderRun = await runModule(fetch, { src: folder, dest: 'kept' }, { cwd })
  t.is(folderRun.failure, 'remote file is a directory, fetch cannot work on directories')
})

test('a large file arrives whole, and a temporary one is not left', async (t) => {
  writeFileSync(at('large'), Buffer.alloc(1024 * 1024, 'ab'))
  truncateSync(at('large'), 20 * 1024 * 1024)
  const run = await runModule(fetch, { src: at('large'), dest: 'large/', flat: true }, { cwd, shell: 'bash' })
  t.is(run.status, 'changed')
  t.true(readFileSync(join(cwd, 'large/large')).equals(readFileSync(at('large'))))
  t.deepEqual(readdirSync(join(cwd, 'large')), ['large'])
})

test('check mode fetches nothing, and foresees that it will have been fetched', async (t) => {
  writeFileSync(at('foreseen'), 'x')
  const options = { cwd, check: true, prediction: new Prediction() }
  t.is((await runModule(fetch, { src: at('foreseen'), dest: 'foreseen' }, options)).status, 'changed')
  t.is((await runModule(fetch, { src: at('foreseen'), dest: 'foreseen' }, options)).status, 'ok')
  t.false(existsSync(join(cwd, 'foreseen')))
})
