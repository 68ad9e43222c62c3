import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { main } from '../../runner/cli/main.ts'
import { testIo } from './_io.ts'

const SITE = `- name: All of it
  hosts: web
  tags: [base]
  roles:
    - web
  tasks:
    - name: A user
      user: {name: joe}
      tags: [x]
    - name: A group
      group: {name: joe}
      tags: [y]
`

async function run(
  playbook: string,
  ...argv: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const cwd = mkdtempSync(join(tmpdir(), 'stackrun-show-'))
  mkdirSync(join(cwd, 'roles/web/tasks'), { recursive: true })
  writeFileSync(join(cwd, 'roles/web/tasks/main.yml'), '- name: From the role\n  group: {name: web}\n')
  writeFileSync(join(cwd, 'inventory'), '[web]\nweb1\nweb2\n[db]\ndb1\n')
  writeFileSync(join(cwd, 'site.yml'), playbook)
  const io = testIo({ cwd })
  const code = await main(['site.yml', ...argv], io)
  return { code, out: io.out(), err: io.err().replaceAll(`${cwd}/`, '') }
}

test('--list-tasks shows the tasks that the tags select, with roles and tags', async (t) => {
  t.deepEqual(await run(SITE, '--list-tasks', '-t', 'x'), {
    code: 0,
    out: '\nplaybook: site.yml\n\n  play #1 (web): All of it\tTAGS: [base]\n    tasks:\n      A user\tTAGS: [base, x]\n',
    err: '',
  })
  t.regex((await run(SITE, '--list-tasks')).out, /\n {6}web : From the role\tTAGS: \[base\]\n {6}A user/)
})

test('--list-hosts shows the hosts of each play that the limit leaves', async (t) => {
  t.regex((await run(SITE, '--list-hosts')).out, /\n {4}pattern: \['web'\]\n {4}hosts \(2\):\n {6}web1\n {6}web2\n$/)
  t.regex((await run(SITE, '--list-hosts', '-l', 'web2:db')).out, /\n {4}hosts \(1\):\n {6}web2\n$/)
})

test('a limit may name a file with hosts', async (t) => {
  const file = join(mkdtempSync(join(tmpdir(), 'stackrun-limit-')), 'retry')
  writeFileSync(file, '# hosts that failed\nweb2\n')
  t.regex((await run(SITE, '--list-hosts', '-l', `@${file}`)).out, /\n {4}hosts \(1\):\n {6}web2\n$/)
})

test('--list-tags shows all tags there are, whatever is selected', async (t) => {
  t.regex((await run(SITE, '--list-tags', '-t', 'x')).out, /TASK TAGS: \[base, x, y\]\n$/)
})

test('--syntax-check says which playbook is fine', async (t) => {
  t.deepEqual(await run(SITE, '--syntax-check'), { code: 0, out: '\nplaybook: site.yml\n', err: '' })
})

test('all mistakes of a file are told with their places, exit code 4', async (t) => {
  const { code, out, err } = await run('- hosts: all\n  tasks:\n    - user: {nam: joe}\n    - usr: {name: joe}\n', '--syntax-check')
  t.is(code, 4)
  t.is(out, '')
  t.regex(err, /^ERROR: .*\n {2}at site\.yml:3:14\n {4}2 \| {3}tasks:\n {4}3 \| {5}- user: \{nam: joe\}\n {6}\| {14}\^\n/)
  t.regex(err, /site\.yml:4:7: couldn't resolve module\/action 'usr'/)
})

test('a limit that leaves no host is an error', async (t) => {
  const { code, err } = await run(SITE, '--list-tasks', '-l', 'nothing')
  t.is(code, 1)
  t.regex(err, /^ERROR: Specified inventory, host pattern and\/or --limit leaves us with no hosts to target\.\n/m)
})
