import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import git from '../../modules/git.ts'
import { runModule } from '../_harness/module.ts'

const ENV = {
  ...process.env,
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.org',
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'protocol.file.allow',
  GIT_CONFIG_VALUE_0: 'always',
}

interface Upstream {
  readonly root: string
  readonly repo: string
  readonly run: (...words: readonly string[]) => string
  readonly commit: (text: string) => string
}

function upstream(): Upstream {
  const root = mkdtempSync(join(tmpdir(), 'stackrun-git-'))
  const repo = join(root, 'up stream')
  execFileSync('git', ['init', '-q', '-b', 'main', repo])
  const run = (...words: readonly string[]): string => execFileSync('git', ['-C', repo, ...words], { env: ENV, encoding: 'utf8' }).trim()
  const commit = (text: string): string => {
    writeFileSync(join(repo, 'file'), `${text}\n`)
    run('add', '.')
    run('commit', '-qm', text)
    return run('rev-parse', 'HEAD')
  }
  return { root, repo, run, commit }
}

/** Check mode, the run, the run again: their statuses, and the first run's data. */
async function thrice(
  args: Readonly<Record<string, unknown>>,
): Promise<{ readonly statuses: readonly string[]; readonly data: Readonly<Record<string, unknown>> }> {
  const foreseen = await runModule(git, args, { check: true })
  const [first, second] = [await runModule(git, args), await runModule(git, args)]
  return { statuses: [foreseen, first, second].map(({ status, failure }) => failure ?? status), data: first.data }
}

const ONCE = ['changed', 'changed', 'ok']

test('branches, tags and commits are checked out, and the clone follows its branch', async (t) => {
  const { root, repo, run, commit } = upstream()
  const one = commit('one')
  run('tag', '-a', 'v1', '-m', 'v1')
  run('branch', 'stable')
  const two = commit('two')
  const dest = join(root, 'clone')
  t.deepEqual(await thrice({ repo, dest, version: 'v1' }), { statuses: ONCE, data: { before: null, after: one } })
  t.deepEqual(await thrice({ repo, dest }), {
    statuses: ONCE,
    data: { before: one, after: two, remote_url_changed: false },
  })
  const three = commit('three')
  t.deepEqual(await thrice({ repo, dest, version: 'main' }), {
    statuses: ONCE,
    data: { before: two, after: three, remote_url_changed: false },
  })
  t.deepEqual((await thrice({ repo, dest, version: 'stable' })).data['after'], one)
  t.deepEqual((await thrice({ repo, dest, version: two })).data['after'], two)
  t.is(readFileSync(join(dest, 'file'), 'utf8'), 'two\n')
  const again = await runModule(git, { repo, dest, version: two })
  t.is(again.roundTrips, 1)
  t.is((await runModule(git, { repo, dest, version: 'none' })).failure, 'Failed to checkout none')
  t.deepEqual((await runModule(git, { repo, dest, update: false })).data, { before: two, after: two })
})

test('depth fetches no more than it says, when the branch moves on too', async (t) => {
  const { root, repo, commit } = upstream()
  for (const text of ['one', 'two', 'three']) commit(text)
  const dest = join(root, 'clone')
  const args = { repo, dest, version: 'main', depth: 1, single_branch: true }
  t.deepEqual((await thrice(args)).statuses, ONCE)
  t.is(execFileSync('git', ['-C', dest, 'rev-list', '--count', 'HEAD'], { encoding: 'utf8' }), '1\n')
  const four = commit('four')
  t.deepEqual((await thrice(args)).data['after'], four)
})

test('local modifications are kept, unless force says otherwise', async (t) => {
  const { root, repo, commit } = upstream()
  commit('one')
  const dest = join(root, 'clone')
  await runModule(git, { repo, dest })
  writeFileSync(join(dest, 'file'), 'mine\n')
  writeFileSync(join(dest, 'other'), 'unknown to git\n')
  t.is((await runModule(git, { repo, dest })).failure, `Local modifications exist in the destination: ${dest} (force=no).`)
  const { statuses, data } = await thrice({ repo, dest, force: true })
  t.deepEqual(statuses, ONCE)
  t.is(data['msg'], `Local modifications exist in the destination: ${dest}`)
  t.is(readFileSync(join(dest, 'other'), 'utf8'), 'unknown to git\n')
})

test('another server, a bare clone, submodules, and nothing cloned at all', async (t) => {
  const { root, repo, run, commit } = upstream()
  const one = commit('one')
  const dest = join(root, 'clone')
  await runModule(git, { repo, dest })
  execFileSync('cp', ['-r', repo, join(root, 'moved')])
  const moved = await thrice({ repo: join(root, 'moved'), dest })
  t.deepEqual([moved.statuses, moved.data['remote_url_changed']], [ONCE, true])
  t.deepEqual((await thrice({ repo, dest: join(root, 'bare'), bare: true })).statuses, ONCE)
  t.true(existsSync(join(root, 'bare/HEAD')))
  const asked = await runModule(git, { repo, dest: join(root, 'no'), clone: false })
  t.deepEqual([asked.status, asked.data, existsSync(join(root, 'no'))], ['changed', { before: null, after: one }, false])
  const inner = upstream()
  inner.commit('inner')
  run('submodule', '-q', 'add', inner.repo, 'inner')
  commit('with a submodule')
  const whole = await runModule(
    git,
    { repo, dest: join(root, 'whole') },
    { env: { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'protocol.file.allow', GIT_CONFIG_VALUE_0: 'always' } },
  )
  t.is(whole.failure, undefined)
  t.is(readFileSync(join(root, 'whole/inner/file'), 'utf8'), 'inner\n')
})

test('a server that does not answer is told about', async (t) => {
  const run = await runModule(git, { repo: '/nowhere/at/all', dest: '/nowhere/either' })
  t.regex(run.failure ?? '', /^Failed to download remote objects and refs: .*'\/nowhere\/at\/all' does not/s)
})
