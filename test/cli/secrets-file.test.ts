import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test from 'ava'
import { RunnerError } from '../../runner/base/error.ts'
import { secretNames, writeSecrets } from '../../runner/cli/secrets-file.ts'
import { loadVarsFile } from '../../runner/load/vars.ts'

const SPECS = `argument_specs:
  main:
    options:
      db_password: {type: str, required: true, no_log: true}
      admin_password: {type: str, required: true, no_log: true}
      debug_token: {type: str, no_log: true, default: none}
      db_host: {type: str, required: true}
`

function folder(): { readonly roles: string; readonly file: string } {
  const dir = mkdtempSync(join(tmpdir(), 'stackrun-secrets-'))
  mkdirSync(join(dir, 'roles/keystone/meta'), { recursive: true })
  writeFileSync(join(dir, 'roles/keystone/meta/argument_specs.yml'), SPECS)
  return { roles: join(dir, 'roles'), file: join(dir, 'inventory/group_vars/all/secrets.yml') }
}

function values(file: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries([...loadVarsFile(file)].map(([name, entry]) => [name, entry.value]))
}

test('the passwords are the options that are hidden and have no default', (t) => {
  const { roles } = folder()
  t.deepEqual(secretNames([roles, '/nowhere']), ['admin_password', 'db_password'])
})

test('a new file is private, has a random text for each, and leaves no temporary file', (t) => {
  const { roles, file } = folder()
  t.deepEqual(writeSecrets({ file, roleFolders: [roles], keep: 'old' }), { added: ['admin_password', 'db_password'], kept: [] })
  t.is(statSync(file).mode & 0o777, 0o600)
  const { admin_password: admin, db_password: db } = values(file)
  t.regex(String(admin), /^[0-9a-f]{32}$/)
  t.not(admin, db)
  t.deepEqual(readdirSync(dirname(file)), ['secrets.yml'])
})

test('values and comments that are there stay; only missing ones are added', (t) => {
  const { roles, file } = folder()
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, "# mine\ndb_password: 'old'\nother: 1")
  t.deepEqual(writeSecrets({ file, roleFolders: [roles], keep: 'old' }), { added: ['admin_password'], kept: ['db_password'] })
  t.true(readFileSync(file, 'utf8').startsWith("# mine\ndb_password: 'old'\nother: 1\nadmin_password: '"))
  t.like(values(file), { db_password: 'old', other: 1 })
  const before = readFileSync(file, 'utf8')
  t.deepEqual(writeSecrets({ file, roleFolders: [roles], keep: 'old' }).added, [])
  t.is(readFileSync(file, 'utf8'), before)
})

test('told so, all passwords are made anew and nothing else is touched', (t) => {
  const { roles, file } = folder()
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, "db_password: 'old'\nother: 1\n")
  writeSecrets({ file, roleFolders: [roles], keep: 'none' })
  t.like(values(file), { other: 1 })
  t.regex(String(values(file)['db_password']), /^[0-9a-f]{32}$/)
})

test('an encrypted file is left alone', (t) => {
  const { roles, file } = folder()
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, '$ANSIBLE_VAULT;1.1;AES256\n3031\n')
  t.throws(() => writeSecrets({ file, roleFolders: [roles], keep: 'old' }), { instanceOf: RunnerError, message: /is encrypted/ })
  t.is(readFileSync(file, 'utf8'), '$ANSIBLE_VAULT;1.1;AES256\n3031\n')
})
