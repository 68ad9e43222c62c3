import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { main } from '../../runner/cli/main.ts'
import { type TestIo, testIo } from './_io.ts'

interface Place {
  readonly folder: string
  readonly write: (name: string, text: string) => void
  readonly read: (name: string) => string
  readonly run: (
    argv: readonly string[],
    more?: { readonly env?: Record<string, string>; readonly input?: string },
  ) => Promise<TestIo & { code: number }>
}

function place(t: ExecutionContext): Place {
  const folder = mkdtempSync(join(tmpdir(), 'stackrun-vault-test-'))
  t.teardown(() => {
    rmSync(folder, { recursive: true })
  })
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  write('one', 'first password\n')
  write('two', 'second\n')
  return {
    folder,
    write,
    read: (name) => readFileSync(join(folder, name), 'utf8'),
    async run(argv, { env = {}, input = '' } = {}) {
      const io = testIo({ cwd: folder, env: { PATH: process.env['PATH'], ...env }, input })
      const code = await main(argv, io)
      return { ...io, code }
    },
  }
}

const ONE = ['--vault-password-file', 'one'] as const

test('encrypt, view, rekey, edit and decrypt a file, in place and private', async (t) => {
  const { folder, write, read, run } = place(t)
  write('vars.yml', 'token: abc\n')
  t.is((await run(['vault', 'encrypt', ...ONE, 'vars.yml'])).code, 0)
  t.regex(read('vars.yml'), /^\$ANSIBLE_VAULT;1\.1;AES256\n[0-9a-f]{80}\n/)
  t.is(statSync(join(folder, 'vars.yml')).mode & 0o777, 0o600)
  t.is((await run(['vault', 'view', ...ONE, 'vars.yml'])).out(), 'token: abc\n')
  t.is((await run(['vault', 'rekey', ...ONE, '--new-vault-id', 'prod@two', 'vars.yml'])).code, 0)
  t.regex(read('vars.yml'), /^\$ANSIBLE_VAULT;1\.2;AES256;prod\n/)
  const before = read('vars.yml')
  t.is((await run(['vault', 'edit', '--vault-id', 'prod@two', 'vars.yml'], { env: { EDITOR: 'true' } })).code, 0)
  t.is(read('vars.yml'), before, 'what was not changed is not written')
  t.is((await run(['vault', 'edit', '--vault-id', 'prod@two', 'vars.yml'], { env: { EDITOR: 'sed -i s/abc/xyz/' } })).code, 0)
  t.regex(read('vars.yml'), /AES256;prod\n/)
  t.is((await run(['vault', 'decrypt', '--vault-id', 'prod@two', 'vars.yml'])).code, 0)
  t.is(read('vars.yml'), 'token: xyz\n')
})

test('create asks the editor and refuses a file that is there', async (t) => {
  const { read, run } = place(t)
  const env = { EDITOR: `sh -c 'echo made > "$1"' x` }
  t.is((await run(['vault', 'create', ...ONE, 'new.yml'], { env })).code, 0)
  t.is((await run(['vault', 'view', ...ONE, 'new.yml'])).out(), 'made\n')
  const again = await run(['vault', 'create', ...ONE, 'new.yml'], { env })
  t.is(again.code, 5)
  t.regex(again.err(), /exists, please use 'edit' instead/)
  t.true(read('new.yml').startsWith('$ANSIBLE_VAULT'))
})

test('encrypt-string gives YAML to paste, with names, from words, standard input and the prompt', async (t) => {
  const { run } = place(t)
  const words = await run(['vault', 'encrypt_string', ...ONE, 'a', 'b', '-n', 'x', '--name', 'y'])
  t.regex(words.out(), /^x: !vault \|\n {10}\$ANSIBLE_VAULT;1\.1;AES256\n( {10}[0-9a-f]+\n)+y: !vault \|\n/)
  const piped = await run(['vault', 'encrypt-string', ...ONE, '--stdin-name', 'z'], { input: 'from a pipe' })
  t.regex(piped.out(), /^z: !vault \|\n/)
  t.is((await run(['vault', 'encrypt-string', ...ONE])).code, 2)
})

test('what cannot be done is refused, and the file stays', async (t) => {
  const { write, read, run } = place(t)
  write('plain.yml', 'a: 1\n')
  write('closed.yml', '')
  await run(['vault', 'encrypt', ...ONE, 'closed.yml'])
  const closed = read('closed.yml')
  for (const [argv, message] of [
    [['decrypt', ...ONE, 'plain.yml'], /input is not vault encrypted data/],
    [['encrypt', ...ONE, 'closed.yml'], /input is already encrypted/],
    [['view', '--vault-password-file', 'two', 'closed.yml'], /no vault secrets were found that could decrypt/],
    [['rekey', '--vault-password-file', 'two', '--new-vault-id', 'two', 'closed.yml'], /could decrypt/],
    [['encrypt', '--vault-id', 'a@one', '--vault-id', 'b@two', 'plain.yml'], /vault-ids a,b are available to encrypt/],
    [['encrypt', '--vault-id', 'a@one', '--encrypt-vault-id', 'c', 'plain.yml'], /no password was given for the vault id c/],
    [['encrypt', '--vault-password-file', 'nowhere', 'plain.yml'], /nowhere cannot be read/],
    [['view', ...ONE, 'nowhere.yml'], /there is no file .*nowhere\.yml/],
  ] as const) {
    const ran = await run(['vault', ...argv])
    t.not(ran.code, 0, argv.join(' '))
    t.regex(ran.err(), message)
  }
  t.is(read('plain.yml'), 'a: 1\n')
  t.is(read('closed.yml'), closed)
})

test('passwords come from programs, and client programs are told the id', async (t) => {
  const { folder, write, run } = place(t)
  write('pass.sh', '#!/bin/sh\necho from-program\n')
  write('pass-client.sh', '#!/bin/sh\n[ "$2" = dev ] || exit 2\necho "$1-$2"\n')
  for (const name of ['pass.sh', 'pass-client.sh']) chmodSync(join(folder, name), 0o755)
  write('a.yml', 'a: 1\n')
  t.is((await run(['vault', 'encrypt', '--vault-id', 'dev@pass-client.sh', 'a.yml'])).code, 0)
  t.is((await run(['vault', 'view', 'a.yml'], { env: { ANSIBLE_VAULT_IDENTITY_LIST: 'dev@pass-client.sh' } })).out(), 'a: 1\n')
  t.regex((await run(['vault', 'view', '--vault-id', 'x@pass-client.sh', 'a.yml'])).err(), /has no password for the vault id x/)
  t.is((await run(['vault', 'encrypt', 'one'], { env: { ANSIBLE_VAULT_PASSWORD_FILE: 'pass.sh' } })).code, 0)
})

test('ansible.cfg names the password file, relative to itself', async (t) => {
  const { write, run } = place(t)
  write('conf/ansible.cfg', '[defaults]\nvault_password_file = pass\n')
  write('conf/pass', 'configured\n')
  write('a.yml', 'a: 1\n')
  const env = { ANSIBLE_CONFIG: 'conf/ansible.cfg' }
  t.is((await run(['vault', 'encrypt', 'a.yml'], { env })).code, 0)
  t.is((await run(['vault', 'view', '--vault-password-file', 'conf/pass', 'a.yml'])).out(), 'a: 1\n')
})

const PLAY = `- hosts: localhost
  connection: local
  gather_facts: false
  vars_files: [more.yml]
  roles: [closed]
  tasks:
    - assert:
        that: [group_text == 'from-group', more == 'from-file', 'nested.list[1] == 5', "lookup('file', 'text') == 'from-files'"]
    - debug: {msg: "{{ group_text }} {{ more }} {{ made }}"}
    - copy: {src: text, dest: "{{ playbook_dir }}/opened"}
    - copy: {src: text, dest: "{{ playbook_dir }}/as-it-is", decrypt: false}
    - template: {src: t.j2, dest: "{{ playbook_dir }}/rendered"}
`

const CLOSED: Readonly<Record<string, string>> = {
  'group_vars/all.yml': 'group_text: from-group\nmade: "{{ group_text }}-made"\nnested: {list: [x, 5]}\n',
  'more.yml': 'more: from-file\n',
  'files/text': 'from-files\n',
  'templates/t.j2': 'got {{ more }}\n',
  'roles/closed/tasks/main.yml': '- name: In a closed role\n  debug:\n',
}

test('encrypted files open wherever a run reads them; their texts are never shown', async (t) => {
  const { write, read, run, folder } = place(t)
  write('site.yml', PLAY)
  for (const [name, text] of Object.entries(CLOSED)) write(name, text)
  t.is((await run(['vault', 'encrypt', ...ONE, ...Object.keys(CLOSED)])).code, 0)
  const ran = await run(['site.yml', '-i', 'localhost,', ...ONE, '--diff', '-vv'])
  t.is(ran.code, 0, ran.out() + ran.err())
  t.regex(ran.out(), /In a closed role/)
  for (const text of ['from-group', 'from-file', 'from-files']) t.false(ran.out().includes(text), ran.out())
  t.is(read('opened'), 'from-files\n')
  t.true(read('as-it-is').startsWith('$ANSIBLE_VAULT'))
  t.is(read('rendered'), 'got from-file\n')
  rmSync(join(folder, 'rendered'))
  const without = await run(['site.yml', '-i', 'localhost,'])
  t.is(without.code, 1)
  t.regex(without.err(), /is encrypted and no vault password was given/)
  t.false(existsSync(join(folder, 'rendered')))
})
