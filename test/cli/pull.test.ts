import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { main } from '../../runner/cli/main.ts'
import { type TestIo, testIo } from './_io.ts'

const PLAYBOOK = `- hosts: localhost
  gather_facts: false
  tasks:
    - copy: {content: "{{ word | default('first') }}", dest: "{{ out }}"}
`

interface Place {
  readonly root: string
  readonly io: () => TestIo
}

/** A repository with `local.yml`, and a folder to work in. */
function place(): Place {
  const root = mkdtempSync(join(tmpdir(), 'stackrun-pull-'))
  git(root, ['init', '-q', '-b', 'main', 'upstream'])
  commit(root, 'local.yml', PLAYBOOK)
  const env = { PATH: process.env['PATH'], HOME: root, ANSIBLE_HOME: join(root, '.ansible') }
  return { root, io: () => testIo({ tool: 'ansible-pull', cwd: root, env }) }
}

function git(root: string, args: readonly string[]): void {
  execFileSync('git', ['-c', 'user.name=lab', '-c', 'user.email=lab@example.org', ...args], { cwd: root })
}

function commit(root: string, file: string, text: string): void {
  writeFileSync(join(root, 'upstream', file), text)
  git(join(root, 'upstream'), ['add', '.'])
  git(join(root, 'upstream'), ['commit', '-qm', file])
}

test('a repository is fetched and its playbook for this machine is run here', async (t) => {
  const { root, io } = place()
  const out = join(root, 'out')
  const line = ['-U', `file://${root}/upstream`, '-d', join(root, 'checkout'), '-e', `out=${out}`]
  const first = io()
  t.is(await main(line, first), 0, first.err())
  t.regex(first.out(), /^Starting Ansible Pull at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\nansible-pull -U file:/)
  t.regex(first.out(), /\nlocalhost \| CHANGED => \{\n {4}"after": "[0-9a-f]{40}",\n/)
  t.regex(first.out(), /\nPLAY \[localhost\] \*+\n\nTASK \[copy\] \*+\nchanged: \[localhost\]\n\nPLAY RECAP /)
  t.is(readFileSync(out, 'utf8'), 'first')

  const again = io()
  t.is(await main([...line, '-o'], again), 0, again.err())
  t.regex(again.out(), /Repository has not changed, quitting\n$/)

  commit(root, 'other.yml', PLAYBOOK.replace('first', 'second'))
  const named = io()
  t.is(await main([...line, '-o', '--purge', 'other.yml'], named), 0, named.err())
  t.is(readFileSync(out, 'utf8'), 'second')
  t.false(existsSync(join(root, 'checkout')))
})

test('what cannot be fetched or is not there ends it', async (t) => {
  const { root, io } = place()
  const url = `file://${root}/upstream`
  for (const [argv, code, said] of [
    [[], 5, /URL for repository not specified/],
    [['-U', url, '-m', 'hg'], 5, /Unsupported repo module hg, choices are git/],
    [['-U', url, '-s', 'x'], 5, /x is not a number/],
    [['-U', url, '-d', join(root, 'upstream/local.yml')], 5, /is not a valid or accessible directory/],
    [['-U', url, 'nope.yml'], 5, /nope\.yml: File does not exist\n\[ERROR\]: Could not find a playbook to run\./],
  ] as const) {
    const each = io()
    t.is(await main(argv, each), code, each.err())
    t.regex(each.err(), said)
  }
  const broken = io()
  t.is(await main(['-U', `file://${root}/nothing`, '-d', join(root, 'x')], broken), 2)
  t.regex(broken.out(), /localhost \| FAILED! =>/)
})
