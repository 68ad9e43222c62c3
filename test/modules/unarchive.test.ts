import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import unarchive from '../../modules/unarchive.ts'
import { Prediction } from '../../runner/host/prediction.ts'
import { runModule } from '../_harness/module.ts'

/** A release with all kinds of members, packed. */
function release(packing: 'none' | 'gzip' | 'bzip2' | 'xz' | 'zstd'): {
  readonly root: string
  readonly archive: string
  readonly dest: string
} {
  const root = mkdtempSync(join(tmpdir(), 'stackrun-unarchive-'))
  const long = `app/${'a-rather-long-name/'.repeat(12)}`
  mkdirSync(join(root, 'in', long), { recursive: true })
  mkdirSync(join(root, 'out'))
  writeFileSync(join(root, 'in', long, 'deep'), 'deep\n')
  writeFileSync(join(root, 'in/app/run'), '#!/bin/sh\n')
  chmodSync(join(root, 'in/app/run'), 0o750)
  writeFileSync(join(root, 'in/app/größe'), 'x'.repeat(100_000))
  symlinkSync('run', join(root, 'in/app/link'))
  linkSync(join(root, 'in/app/run'), join(root, 'in/app/again'))
  const archive = join(root, `release.${packing}`)
  execFileSync('tar', ['-cf', archive, ...(packing === 'none' ? [] : [`--${packing}`]), '-C', join(root, 'in'), 'app'])
  return { root, archive, dest: join(root, 'out') }
}

for (const packing of ['none', 'gzip', 'bzip2', 'xz', 'zstd'] as const) {
  test(`an archive of the controller (${packing}) is unpacked once, as check mode says`, async (t) => {
    const { archive, dest } = release(packing)
    const args = { src: archive, dest, list_files: true }
    const prediction = new Prediction()
    const foreseen = await runModule(unarchive, args, { check: true, prediction })
    const [first, second] = [await runModule(unarchive, args), await runModule(unarchive, args)]
    t.is(first.failure, undefined)
    t.deepEqual([foreseen.status, first.status, second.status], ['changed', 'changed', 'ok'])
    t.deepEqual((await runModule(unarchive, args, { check: true, prediction })).changes, [])
    t.is(second.roundTrips, 1)
    t.true(Array.isArray(first.data['files']) && first.data['files'].includes('app/größe'))
    t.is(statSync(join(dest, 'app/run')).mode & 0o777, 0o750)
    t.is(statSync(join(dest, 'app/run')).ino, statSync(join(dest, 'app/again')).ino)
  })
}

test('whatever of a member is changed, it is put right', async (t) => {
  const { archive, dest } = release('gzip')
  const args = { src: archive, dest }
  await runModule(unarchive, args)
  const spoil: readonly (() => void)[] = [
    () => writeFileSync(join(dest, 'app/run'), '#!/bin/no\n'),
    () => chmodSync(join(dest, 'app/run'), 0o700),
    () => utimesSync(join(dest, 'app/run'), 1, 1),
    () => rmSync(join(dest, 'app/link')),
    () => execFileSync('chown', ['1:1', join(dest, 'app/run')]),
    () => {
      rmSync(join(dest, 'app/again'))
      writeFileSync(join(dest, 'app/again'), '#!/bin/sh\n')
    },
  ]
  for (const each of spoil) {
    each()
    const foreseen = await runModule(unarchive, args, { check: true })
    const [again, settled] = [await runModule(unarchive, args), await runModule(unarchive, args)]
    t.deepEqual([foreseen.status, again.status, settled.status], ['changed', 'changed', 'ok'], String(each))
  }
  t.is(readFileSync(join(dest, 'app/again'), 'utf8'), '#!/bin/sh\n')
})

test('options that only tar understands are left to the host, which says when nothing was to be done', async (t) => {
  const { archive, dest } = release('gzip')
  const args = { src: archive, dest, extra_opts: ['--transform=s/^app/prog/'], owner: '1', mode: 'u=rwX,go=' }
  const runs = [await runModule(unarchive, args), await runModule(unarchive, args)]
  t.is(runs[0]?.failure, undefined)
  const made = statSync(join(dest, 'prog/run'))
  t.deepEqual([made.mode & 0o777, made.uid], [0o700, 1])
  const { outcomes } = runs[1] ?? { outcomes: [] }
  t.is(outcomes.at(-1)?.stdout, 'same\n')
})

test('the first folder can be left out, with attributes for the rest', async (t) => {
  const { archive, dest } = release('gzip')
  const args = { src: archive, dest, extra_opts: ['--strip-components=1'], exclude: ['a-rather*'], mode: 'u=rwX,go=' }
  const runs = [await runModule(unarchive, args, { check: true }), await runModule(unarchive, args), await runModule(unarchive, args)]
  t.deepEqual(
    runs.map(({ status, failure }) => failure ?? status),
    ['changed', 'changed', 'ok'],
  )
  t.is(statSync(join(dest, 'run')).mode & 0o777, 0o700)
})

test('an archive of the host is looked into by its own tar', async (t) => {
  const { archive, dest } = release('xz')
  const args = { src: archive, dest, remote_src: true, exclude: ['app/a-rather*'], owner: 'daemon', mode: 'u=rwX,go=' }
  const foreseen = await runModule(unarchive, args, { check: true })
  const [first, second] = [await runModule(unarchive, args), await runModule(unarchive, args)]
  t.is(first.failure, undefined)
  t.deepEqual([foreseen.status, first.status, second.status], ['changed', 'changed', 'ok'])
  chmodSync(join(dest, 'app/größe'), 0o644)
  t.deepEqual(
    (await runModule(unarchive, args)).changes.map(({ what }) => what),
    [`set mode 0600 of ${join(dest, 'app/größe')}`],
  )
})

test('a zip archive is compared by content, on both sides', async (t) => {
  const { root, dest } = release('none')
  const archive = join(root, 'release.zip')
  execFileSync('zip', ['-qry', archive, 'app'], { cwd: join(root, 'in') })
  for (const remote_src of [false, true]) {
    const args = { src: archive, dest, remote_src }
    const foreseen = await runModule(unarchive, args, { check: true })
    const [first, second] = [await runModule(unarchive, args), await runModule(unarchive, args)]
    t.is(first.failure, undefined)
    t.deepEqual([foreseen.status, first.status, second.status], ['changed', 'changed', 'ok'])
    writeFileSync(join(dest, 'app/run'), '#!/bin/no\n')
    t.is((await runModule(unarchive, args, { check: true })).status, 'changed')
  }
})

test('what is no archive is refused, with what tar says', async (t) => {
  const { root, dest } = release('none')
  writeFileSync(join(root, 'text'), 'no archive at all\n')
  const run = await runModule(unarchive, { src: join(root, 'text'), dest, remote_src: true })
  t.is(run.failure, `cannot read the archive ${join(root, 'text')}`)
  t.is(
    (await runModule(unarchive, { src: join(root, 'gone'), dest, remote_src: true })).failure,
    `Source '${join(root, 'gone')}' does not exist`,
  )
  t.is(
    (await runModule(unarchive, { src: join(root, 'text'), dest: join(root, 'gone') })).failure,
    `dest '${join(root, 'gone')}' must be an existing dir`,
  )
})
