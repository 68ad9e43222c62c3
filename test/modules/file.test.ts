import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import file from '../../modules/file.ts'
import stat from '../../modules/stat.ts'
import { parseArgs, runModule, runTwice } from '../_harness/module.ts'

const folder = mkdtempSync(join(tmpdir(), 'file-'))
test.after.always(() => rmSync(folder, { recursive: true }))
const at = (name: string): string => join(folder, name)
const mode = (name: string): number => statSync(at(name)).mode & 0o7777

async function settles(args: Record<string, unknown>): Promise<string> {
  const check = await runModule(file, args, { check: true })
  const { first, second } = await runTwice(file, args)
  return [check.status, first.status, second.status].join(' ')
}

test('a directory is made with those above it, all with the attributes', async (t) => {
  t.is(await settles({ path: at('a/b/c'), state: 'directory', mode: '0750' }), 'changed changed ok')
  t.deepEqual([mode('a'), mode('a/b'), mode('a/b/c')], [0o750, 0o750, 0o750])
  t.is((await runModule(file, { path: at('a/b'), state: 'directory' })).roundTrips, 1)
})

test('in check mode what is in a predicted directory can be predicted', async (t) => {
  const first = await runModule(file, { path: at('p'), state: 'directory' }, { check: true })
  const second = await runModule(file, { path: at('p'), state: 'directory' }, { check: true, prediction: first.prediction })
  t.deepEqual([first.status, second.status], ['changed', 'ok'])
})

test('attributes of a file; a file that is absent or a directory fails', async (t) => {
  writeFileSync(at('f'), 'x')
  t.is(await settles({ path: at('f'), mode: 'u=rw,g=r,o=', owner: 'nobody' }), 'changed changed ok')
  t.is(mode('f'), 0o640)
  t.is((await runModule(file, { path: at('none') })).failure, `file (${at('none')}) is absent, cannot continue`)
  mkdirSync(at('d'))
  t.is((await runModule(file, { path: at('d'), state: 'file' })).failure, `file (${at('d')}) is directory, cannot continue`)
  t.is((await runModule(file, { path: at('f'), state: 'directory' })).failure, `${at('f')} already exists as a file`)
})

test('recurse sets X on directories only, and leaves links alone', async (t) => {
  mkdirSync(at('r/sub'), { recursive: true })
  writeFileSync(at('r/sub/x'), '')
  writeFileSync(at('outside'), '')
  chmodSync(at('outside'), 0o600)
  symlinkSync('../outside', at('r/link'))
  t.is(await settles({ path: at('r'), state: 'directory', recurse: true, mode: 'u=rwX,g=rX,o=' }), 'changed changed ok')
  t.deepEqual([mode('r'), mode('r/sub'), mode('r/sub/x'), mode('outside')], [0o750, 0o750, 0o640, 0o600])
})

test('links: made, changed, refused', async (t) => {
  writeFileSync(at('to'), '')
  t.is(await settles({ path: at('l'), src: 'to', state: 'link' }), 'changed changed ok')
  t.is(readlinkSync(at('l')), 'to')
  t.is(await settles({ path: at('l'), src: at('to'), state: 'link' }), 'changed changed ok')
  t.regex((await runModule(file, { path: at('l2'), src: 'nowhere', state: 'link' })).failure ?? '', /src file does not exist/)
  t.is(await settles({ path: at('l2'), src: 'nowhere', state: 'link', force: true }), 'changed changed ok')
  writeFileSync(at('plain'), '')
  t.regex(
    (await runModule(file, { path: at('plain'), src: 'to', state: 'link' })).failure ?? '',
    /refusing to convert from file to symlink/,
  )
  t.is(await settles({ path: at('plain'), src: 'to', state: 'link', force: true }), 'changed changed ok')
})

test('a link to a folder is changed in place, not filled', async (t) => {
  mkdirSync(at('v1'))
  mkdirSync(at('v2'))
  await runModule(file, { path: at('current'), src: 'v1', state: 'link' })
  t.is(await settles({ path: at('current'), src: 'v2', state: 'link' }), 'changed changed ok')
  t.is(readlinkSync(at('current')), 'v2')
})

test('a hard link is the same inode', async (t) => {
  writeFileSync(at('h1'), '')
  t.is(await settles({ path: at('h2'), src: at('h1'), state: 'hard' }), 'changed changed ok')
  t.is(statSync(at('h1')).ino, statSync(at('h2')).ino)
})

test('absent takes away files, folders and links, not what links point to', async (t) => {
  mkdirSync(at('gone/x'), { recursive: true })
  symlinkSync('a', at('gone-link'))
  t.is(await settles({ path: at('gone'), state: 'absent' }), 'changed changed ok')
  t.is(await settles({ path: at('gone-link'), state: 'absent' }), 'changed changed ok')
  t.true(existsSync(at('a')))
  t.like((await runModule(file, { path: at('gone'), state: 'absent' })).data, { path: at('gone'), state: 'absent' })
})

test('touch always changes, unless its times are to stay or are given', async (t) => {
  t.is(await settles({ path: at('t'), state: 'touch', mode: '0600' }), 'changed changed changed')
  t.is(await settles({ path: at('t'), state: 'touch', modification_time: 'preserve', access_time: 'preserve' }), 'ok ok ok')
  const time = '202001020304.05'
  t.is(await settles({ path: at('t'), state: 'touch', modification_time: time, access_time: 'preserve' }), 'changed changed ok')
  t.is(lstatSync(at('t')).mtimeMs, new Date(2020, 0, 2, 3, 4, 5).getTime())
})

test('arguments that contradict each other are refused', (t) => {
  t.throws(() => parseArgs(file, { path: '/x', state: 'file', recurse: true }), { message: /recurse/ })
  t.throws(() => parseArgs(file, { path: '/x', src: '/y' }), { message: /src option requires/ })
  t.throws(() => parseArgs(file, { path: '/x', state: 'touch', modification_time: 'later' }), { message: /does not match format/ })
})

test('stat tells what is there, in one round trip', async (t) => {
  writeFileSync(at('s'), 'hello')
  chmodSync(at('s'), 0o4755)
  const run = await runModule(stat, { path: at('s') })
  t.is(run.roundTrips, 1)
  t.like(run.data['stat'], {
    exists: true,
    path: at('s'),
    mode: '4755',
    isreg: true,
    isdir: false,
    islnk: false,
    size: 5,
    isuid: true,
    isgid: false,
    wusr: true,
    woth: false,
    readable: true,
    writeable: true,
    executable: true,
    checksum: 'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d',
    pw_name: 'root',
    uid: 0,
    nlink: 1,
  })
  symlinkSync('s', at('s-link'))
  t.like((await runModule(stat, { path: at('s-link') })).data['stat'], { islnk: true, isreg: false, lnk_target: 's', lnk_source: at('s') })
  t.like((await runModule(stat, { path: at('s-link'), follow: true, checksum_algorithm: 'md5' })).data['stat'], {
    isreg: true,
    checksum: '5d41402abc4b2a76b9719d911017c592',
  })
  t.deepEqual((await runModule(stat, { path: at('nothing') })).data, { stat: { exists: false } })
})

test('in check mode stat sees what was predicted', async (t) => {
  const first = await runModule(file, { path: at('predicted'), state: 'directory', mode: '0700' }, { check: true })
  const { prediction } = first
  const seen = await runModule(stat, { path: at('predicted') }, { check: true, prediction })
  t.is(seen.status, 'ok')
})
