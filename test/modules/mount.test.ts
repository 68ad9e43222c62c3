import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import file from '../../modules/file.ts'
import filesystem from '../../modules/filesystem.ts'
import mount from '../../modules/mount.ts'
import { Prediction } from '../../runner/host/prediction.ts'
import { runModule, runTwice } from '../_harness/module.ts'

const folder = mkdtempSync(join(tmpdir(), 'mount-'))
const at = (name: string): string => join(folder, name)
const sh = (script: string): string => spawnSync('sh', ['-c', script], { encoding: 'utf8' }).stdout.trim()
const mounts = (path: string): string => sh(`findmnt -n -o OPTIONS ${path}`)

/** Loop devices and mounts need root, and a kernel that has them. */
const canMount = userInfo().uid === 0 && existsSync('/dev/loop-control') && sh('losetup -f') !== ''
if (!canMount) process.stderr.write('*** tests of mounts are skipped: they need root and loop devices ***\n')
const serial = canMount ? test.serial : test.serial.skip

test.after.always(() => {
  sh(`for m in $(findmnt -rn -o TARGET | grep ^${folder}); do umount $m; done`)
  rmSync(folder, { recursive: true })
})

function image(name: string): string {
  writeFileSync(at(name), '')
  truncateSync(at(name), 8 * 1024 * 1024)
  return at(name)
}

serial('a filesystem is made once, not overwritten, and wiped', async (t) => {
  const dev = image('a.img')
  const { first, second } = await runTwice(filesystem, { dev, fstype: 'ext4', opts: '-L data' })
  t.deepEqual([first.status, second.status, second.roundTrips], ['changed', 'ok', 1])
  t.is(sh(`blkid -c /dev/null -o value -s LABEL ${dev}`), 'data')
  const other = await runModule(filesystem, { dev, fstype: 'ext2' })
  t.is(other.failure, `'${dev}' is already used as ext4, use force=true to overwrite`)
  t.is((await runModule(filesystem, { dev, fstype: 'ext2', force: true })).status, 'changed')
  const wiped = await runTwice(filesystem, { dev, state: 'absent' })
  t.deepEqual([wiped.first.status, wiped.second.status], ['changed', 'ok'])
  t.is(sh(`blkid -c /dev/null ${dev}`), '')
})

serial('a filesystem grows with its device and gets a UUID', async (t) => {
  const dev = image('grow.img')
  await runModule(filesystem, { dev, fstype: 'ext4' })
  t.is((await runModule(filesystem, { dev, fstype: 'ext4', resizefs: true })).status, 'ok')
  truncateSync(dev, 16 * 1024 * 1024)
  const { first, second } = await runTwice(filesystem, { dev, fstype: 'ext4', resizefs: true })
  t.deepEqual([first.status, second.status], ['changed', 'ok'])
  const uuid = '0c53d8f0-47c6-4a8c-9db3-eda6dd1f1f0a'
  const named = await runTwice(filesystem, { dev, fstype: 'ext4', uuid })
  t.deepEqual([named.first.status, named.second.status], ['changed', 'ok'])
  t.is(sh(`blkid -c /dev/null -o value -s UUID ${dev}`), uuid)
})

serial('mounted: now and in the table, new options at once, another source in its place', async (t) => {
  const [src, fstab, path] = [image('m.img'), at('fstab'), at('m dir')]
  await runModule(filesystem, { dev: src, fstype: 'ext4' })
  writeFileSync(fstab, '# mine\n/dev/other /srv/other ext4 noauto')
  const task = { path, src, fstype: 'ext4', opts: 'loop,noatime', state: 'mounted', fstab }
  const { first, second } = await runTwice(mount, task)
  t.deepEqual([first.status, second.status, second.roundTrips], ['changed', 'ok', 1], first.failure)
  t.regex(mounts(`'${path}'`), /noatime/)
  const entry = `${path.replace(' ', '\\040')} ext4 loop,noatime 0 0\n`
  t.is(readFileSync(fstab, 'utf8'), `# mine\n/dev/other /srv/other ext4 noauto\n${src} ${entry}`)

  const remounted = await runTwice(mount, { ...task, opts: 'loop,ro' })
  t.deepEqual([remounted.first.status, remounted.second.status], ['changed', 'ok'])
  t.regex(mounts(`'${path}'`), /^ro/)

  const next = image('next.img')
  await runModule(filesystem, { dev: next, fstype: 'ext4', opts: '-L next' })
  const moved = await runTwice(mount, { ...task, src: next })
  t.deepEqual([moved.first.status, moved.second.status], ['changed', 'ok'])
  t.is(sh(`findmnt -n -o LABEL '${path}'`), 'next')

  const gone = await runTwice(mount, { path, state: 'absent', fstab })
  t.deepEqual([gone.first.status, gone.second.status], ['changed', 'ok'])
  t.false(existsSync(path))
  t.is(readFileSync(fstab, 'utf8'), '# mine\n/dev/other /srv/other ext4 noauto\n')
})

serial('what cannot be mounted leaves no entry', async (t) => {
  const fstab = at('clean')
  writeFileSync(fstab, '# mine\n')
  const run = await runModule(mount, { path: at('broken'), src: image('empty.img'), fstype: 'ext4', opts: 'loop', state: 'mounted', fstab })
  t.is(run.status, 'failed')
  t.is(readFileSync(fstab, 'utf8'), '# mine\n')
})

serial('ephemeral and unmounted leave the table alone', async (t) => {
  const [fstab, path, src] = [at('untouched'), at('bound'), at('')]
  const task = { path, src, fstype: 'none', opts: 'bind', state: 'ephemeral', fstab }
  t.is((await runModule(mount, task)).status, 'changed')
  t.is((await runModule(mount, task)).status, 'changed')
  t.not(mounts(path), '')
  const off = await runTwice(mount, { path, state: 'unmounted', fstab })
  t.deepEqual([off.first.status, off.second.status], ['changed', 'ok'])
  t.is(mounts(path), '')
  t.false(existsSync(fstab))
})

serial('check mode: a disk that an earlier task makes is formatted, mounted and in order afterwards', async (t) => {
  const prediction = new Prediction()
  const check = { check: true, prediction }
  const [dev, path, fstab] = [at('predicted.img'), at('predicted'), at('predicted-fstab')]
  t.is((await runModule(filesystem, { dev, fstype: 'ext4' }, check)).failure, `Device ${dev} not found.`)
  await runModule(file, { path: dev, state: 'touch' }, check)
  t.is((await runModule(filesystem, { dev, fstype: 'ext4' }, check)).status, 'changed')
  t.is((await runModule(filesystem, { dev, fstype: 'ext4' }, check)).status, 'ok')
  const task = { path, src: dev, fstype: 'ext4', opts: 'loop', state: 'mounted', fstab }
  t.is((await runModule(mount, task, check)).status, 'changed')
  t.is((await runModule(mount, task, check)).status, 'ok')
  t.is((await runModule(file, { path: `${path}/sub`, state: 'directory' }, check)).status, 'changed')
  t.is((await runModule(mount, { path, state: 'absent', fstab }, check)).status, 'changed')
  t.is((await runModule(mount, { path, state: 'absent', fstab }, check)).status, 'ok')
  t.false(existsSync(dev) || existsSync(fstab) || existsSync(path))
})

test('options that are a secret are in no diff and in no result', async (t) => {
  const fstab = at('secret')
  writeFileSync(fstab, '//files/share /srv/s cifs password=old 0 0\n')
  const task = { path: '/srv/s', src: '//files/share', fstype: 'cifs', opts: 'password=hush', opts_no_log: true, state: 'present', fstab }
  const run = await runModule(mount, task)
  t.is(run.status, 'changed')
  t.false(JSON.stringify([run.data, run.changes.map(({ diff, what }) => ({ diff, what }))]).match(/hush|=old/) !== null)
  t.regex(readFileSync(fstab, 'utf8'), /password=hush/)
})
