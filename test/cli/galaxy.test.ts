import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { installTree } from '../../runner/cli/galaxy/tree.ts'
import { main } from '../../runner/cli/main.ts'
import { testIo } from './_io.ts'

const CASES = join(import.meta.dirname, '../conformance/cases/galaxy')

function folder(t: ExecutionContext, ...from: readonly string[]): string {
  const cwd = mkdtempSync(join(tmpdir(), 'stackrun-galaxy-'))
  t.teardown(() => {
    rmSync(cwd, { recursive: true })
  })
  for (const name of from) cpSync(join(CASES, name), cwd, { recursive: true })
  return cwd
}

async function galaxy(cwd: string, ...words: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const io = testIo({ cwd, env: { HOME: join(cwd, 'home'), PATH: process.env['PATH'] } })
  const code = await main(['galaxy', ...words], io)
  return { code, out: io.out(), err: io.err() }
}

test('an archive becomes the collection that it is, executables included', async (t) => {
  const cwd = folder(t, 'collection-archive')
  const { code, err } = await galaxy(cwd, 'collection', 'install', 'demo-tools-1.2.3.tar.gz')
  t.is(code, 0, err)
  const at = join(cwd, 'home/.ansible/collections/ansible_collections/demo/tools')
  t.deepEqual(readdirSync(at).sort(), ['FILES.json', 'MANIFEST.json', 'README.md', 'plugins', 'roles'])
  t.is(statSync(join(at, 'plugins/modules/say.sh')).mode & 0o777, 0o755)
  t.is(statSync(join(at, 'README.md')).mode & 0o777, 0o644)
  writeFileSync(
    join(cwd, 'site.yml'),
    '- hosts: localhost\n  gather_facts: false\n  roles: [demo.tools.greet]\n  tasks: [{demo.tools.say: {}}]\n',
  )
  const io = testIo({ cwd, env: { HOME: join(cwd, 'home') } })
  t.is(await main(['site.yml'], io), 0, io.err())
})

test('of a spoilt archive, or one with a path to the outside, nothing is installed and what was there stays', async (t) => {
  for (const [name, reason] of [
    ['collection-spoilt', /Checksum mismatch for 'README\.md'/],
    ['collection-escape', /leads out of the archive's folder/],
  ] as const) {
    const cwd = folder(t, name)
    const at = join(cwd, 'here/ansible_collections/demo')
    mkdirSync(join(at, 'tools'), { recursive: true })
    writeFileSync(join(at, 'tools/old'), 'old')
    const { code, err } = await galaxy(cwd, 'collection', 'install', 'demo-tools-1.2.3.tar.gz', '-p', 'here', '--force')
    t.is(code, 1)
    t.regex(err, reason)
    t.deepEqual(readdirSync(at), ['tools'], name)
    t.deepEqual(readdirSync(join(at, 'tools')), ['old'], name)
    t.false(existsSync(join(cwd, 'escaped')))
    t.false(existsSync(join(cwd, 'here/escaped')))
  }
})

test('links that lead out of a tree, and files below links, are refused before anything is written', (t) => {
  const cwd = folder(t)
  const file = (path: string) => ({ path, type: 'file', content: Buffer.from('x'), executable: false }) as const
  const bad = [
    [{ path: 'a', type: 'link', target: '/etc' }],
    [{ path: 'a/b', type: 'link', target: '../../c' }],
    [{ path: 'a', type: 'link', target: 'b' }, file('a/c')],
    [file('../a')],
    [file('/a')],
    [file('a/../../b')],
  ] as const
  for (const entries of bad) t.throws(() => installTree(join(cwd, 'tree'), entries), { message: /leads out|lies below/ })
  t.deepEqual(readdirSync(cwd), [])
  installTree(join(cwd, 'tree'), [file('a/b'), { path: 'c', type: 'link', target: 'a/b' }])
  t.is(readFileSync(join(cwd, 'tree/c'), 'utf8'), 'x')
})

test('a collection of a folder leaves out what its build_ignore names, and lists what it has with sums', async (t) => {
  const cwd = folder(t, 'collection-folder')
  t.is((await galaxy(cwd, 'collection', 'install', './source', '-p', 'here')).code, 0)
  const at = join(cwd, 'here/ansible_collections/demo/tools')
  t.deepEqual(readdirSync(at).sort(), ['FILES.json', 'MANIFEST.json', 'README.md'])
  t.regex(readFileSync(join(at, 'FILES.json'), 'utf8'), /"name": "README\.md"[\s\S]*"chksum_sha256": "[0-9a-f]{64}"/)
})

test('roles and collections come from repositories of git, at a version', async (t) => {
  const cwd = folder(t)
  const git = (...words: readonly string[]): void => {
    execFileSync('git', ['-C', join(cwd, 'repo'), '-c', 'user.name=n', '-c', 'user.email=e', ...words], { stdio: 'ignore' })
  }
  mkdirSync(join(cwd, 'repo/meta'), { recursive: true })
  mkdirSync(join(cwd, 'repo/coll'))
  writeFileSync(join(cwd, 'repo/meta/main.yml'), 'dependencies: []\n')
  writeFileSync(join(cwd, 'repo/coll/galaxy.yml'), 'namespace: demo\nname: tools\nversion: 1.0.0\n')
  git('init', '--quiet')
  git('add', '.')
  git('commit', '--quiet', '-m', 'one')
  git('tag', 'v1')
  writeFileSync(join(cwd, 'repo/later'), '')
  git('add', '.')
  git('commit', '--quiet', '-m', 'two')
  const requirements = `roles:\n  - {src: 'git+file://${cwd}/repo', name: web, version: v1}\ncollections:\n  - {name: 'git+file://${cwd}/repo#/coll', version: v1}\n`
  writeFileSync(join(cwd, 'requirements.yml'), requirements)
  const { code, err } = await galaxy(cwd, 'install', '-r', 'requirements.yml')
  t.is(code, 0, err)
  t.deepEqual(readdirSync(join(cwd, 'home/.ansible/roles/web')).sort(), ['coll', 'meta'])
  t.true(existsSync(join(cwd, 'home/.ansible/collections/ansible_collections/demo/tools/MANIFEST.json')))
})
