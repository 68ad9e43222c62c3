import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import gitInstall from '../../modules/git_install.ts'
import { runModule, runTwice } from '../_harness/module.ts'

const root = mkdtempSync(join(tmpdir(), 'git-install-'))
const origin = join(root, 'origin')
const git = (...argv: string[]): string =>
  execFileSync('git', ['-C', origin, '-c', 'user.name=t', '-c', 'user.email=t@t', ...argv], { encoding: 'utf8' }).trim()

test.before(() => {
  execFileSync('git', ['init', '-q', '-b', 'main', origin])
  writeFileSync(join(origin, 'file'), 'one')
  git('add', '-A')
  git('commit', '-qm', 'one')
  git('tag', '-a', '-m', 'v1', 'v1')
  writeFileSync(join(origin, 'file'), 'two')
  git('commit', '-qam', 'two')
})

test.after.always(() => {
  rmSync(root, { recursive: true })
})

test.serial('a tag is checked out once, as a single commit', async (t) => {
  const dest = join(root, 'tag')
  const { first, second } = await runTwice(gitInstall, { repo: `file://${origin}`, version: 'v1', dest, install: 'none' })
  t.deepEqual([first.status, second.status, second.roundTrips], ['changed', 'ok', 1])
  t.is(first.data['after'], git('rev-parse', 'v1^{commit}'))
  t.is(execFileSync('git', ['-C', dest, 'rev-list', '--count', 'HEAD'], { encoding: 'utf8' }).trim(), '1')
})

test.serial('a branch that moved is followed and local changes are undone', async (t) => {
  const args = { repo: `file://${origin}`, version: 'main', dest: join(root, 'branch'), install: 'none' }
  await runModule(gitInstall, args)
  writeFileSync(join(root, 'branch', 'file'), 'touched')
  t.is((await runModule(gitInstall, args)).status, 'changed')
  writeFileSync(join(origin, 'file'), 'three')
  git('commit', '-qam', 'three')
  const moved = await runModule(gitInstall, args)
  t.is(moved.data['after'], git('rev-parse', 'HEAD'))
  t.is((await runModule(gitInstall, args)).status, 'ok')
})

test.serial('a short commit is found by a full fetch', async (t) => {
  const version = git('rev-parse', '--short=10', 'v1^{commit}')
  const { first, second } = await runTwice(gitInstall, { repo: `file://${origin}`, version, dest: join(root, 'short'), install: 'none' })
  t.deepEqual([first.status, second.status], ['changed', 'ok'])
})

test.serial('a version that the repository does not have is a failure', async (t) => {
  t.regex(
    (await runModule(gitInstall, { repo: `file://${origin}`, version: 'nope', dest: join(root, 'x'), install: 'none' })).failure ?? '',
    /has no version nope/,
  )
})

test.serial('a commit that the repository does not have is a failure that names it', async (t) => {
  const version = '0123456789012345678901234567890123456789'
  const args = { repo: `file://${origin}`, version, dest: join(root, 'unknown'), install: 'none' }
  t.regex((await runModule(gitInstall, args)).failure ?? '', /^cannot check out .* has no commit 0123456789012345678901234567890123456789/)
})

test.serial('a repository that is not there is named, where a tag is asked for and where a commit is', async (t) => {
  const args = { repo: `file://${root}/nowhere`, dest: join(root, 'y'), install: 'none' }
  await t.throwsAsync(runModule(gitInstall, { ...args, version: 'v1' }), { message: /git cannot read .*nowhere/ })
  const version = '0123456789012345678901234567890123456789'
  t.regex(
    (await runModule(gitInstall, { ...args, version })).failure ?? '',
    /git cannot read file:\/\/.*nowhere: .*does not appear to be a git repository/,
  )
})
