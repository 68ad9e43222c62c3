import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { RunnerError } from '../../runner/base/error.ts'
import { Secret } from '../../runner/base/value.ts'
import { closeVault, openVault, vaultIdOf } from '../../runner/load/vault.ts'
import { createVault } from '../../runner/load/vault-secrets.ts'

// The encrypted files beside this test were written by ansible-vault (1.0: by what its first releases did), with this salt.
const SALT = Buffer.from('0123456789abcdef0123456789abcdef')
const one = new Secret('pässword one')
const two = new Secret('two')

function file(name: string): string {
  return readFileSync(join(import.meta.dirname, 'vault', name), 'latin1')
}

const plain = Buffer.from(file('plain.yml'), 'latin1')

test('ansible-vault’s files open, of every version', (t) => {
  t.deepEqual(openVault(file('1.0.txt'), one), plain)
  t.deepEqual(openVault(file('1.1.txt'), one), plain)
  t.deepEqual(openVault(file('1.2-dev.txt'), two), plain)
  t.deepEqual(openVault(file('binary.txt'), one)?.subarray(0, 4), Buffer.from([0, 1, 0xff, 0xfe]))
  t.is(vaultIdOf(file('1.2-dev.txt')), 'dev')
  t.is(vaultIdOf(file('1.1.txt')), undefined)
})

test('with the same salt the same bytes are written as ansible-vault writes', (t) => {
  t.is(closeVault(plain, { id: 'default', password: one }, SALT), file('1.1.txt'))
  t.is(closeVault(plain, { id: 'dev', password: two }, SALT), file('1.2-dev.txt'))
})

test('what was closed opens again, whatever its length, and two closings differ', (t) => {
  for (let length = 0; length < 35; length += 1) {
    const bytes = Buffer.alloc(length, length)
    const text = closeVault(bytes, { id: 'default', password: one }, SALT)
    t.deepEqual(openVault(text, one), bytes)
  }
  const secret = { id: 'default', password: one }
  t.not(closeVault(plain, secret), closeVault(plain, secret))
})

test('another password opens nothing, and neither does a changed text', (t) => {
  for (const name of ['1.0.txt', '1.1.txt', '1.2-dev.txt']) t.is(openVault(file(name), new Secret('wrong')), undefined)
  const changed = file('1.1.txt')
    .trimEnd()
    .replace(/.$/, (last) => (last === '0' ? '1' : '0'))
  t.is(openVault(changed, one), undefined)
})

test('a damaged text says what is wrong with it', (t) => {
  for (const [text, message] of [
    ['hello', /does not begin with \$ANSIBLE_VAULT/],
    ['$ANSIBLE_VAULT;2.0;AES256\n00', /its version is 2\.0/],
    ['$ANSIBLE_VAULT;1.1;ROT13\n00', /its cipher is ROT13/],
    ['$ANSIBLE_VAULT;1.1;AES256\nxyz0', /not hexadecimal/],
    ['$ANSIBLE_VAULT;1.1;AES256\n00', /cut off/],
  ] as const)
    t.throws(() => openVault(text, one), { instanceOf: RunnerError, message })
})

test('a vault tries the password of the id first, then the others, and names the ids where none fits', (t) => {
  const both = createVault([
    { id: 'default', password: one },
    { id: 'dev', password: two },
  ])
  t.is(both.openWith(file('1.2-dev.txt')).secret.id, 'dev')
  t.is(both.openWith(file('1.1.txt')).secret.id, 'default')
  t.deepEqual(createVault([{ id: 'other', password: two }]).open(file('1.2-dev.txt')), plain)
  const error = t.throws(() => createVault([{ id: 'default', password: one }]).open(file('1.2-dev.txt')), { instanceOf: RunnerError })
  t.is(error.message, 'Decryption failed (no vault secrets were found that could decrypt)')
  t.is(error.hint, 'passwords were given for: default; it was encrypted with the vault id dev')
})
