import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { RunnerError } from '../../runner/base/error.ts'
import type { ConnectionSettings } from '../../runner/host/session.ts'
import { type Sshd, startSshd } from '../_harness/sshd.ts'
import { open } from './_connections.ts'

let sshd: Sshd
let folder: string

test.before(async () => {
  sshd = await startSshd({ hostKeyTypes: ['ed25519', 'ecdsa'] })
  folder = mkdtempSync(join(tmpdir(), 'stackrun-known-'))
})

test.after.always(async () => {
  await sshd.stop()
  rmSync(folder, { recursive: true })
})

const OTHER_KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIJ2mMjBXfAVq0RRMFYyxjxJjEhLqMWcTZKuUXCWvmbRB'

let count = 0

function known(text: string): string {
  count += 1
  const path = join(folder, `known_hosts_${String(count)}`)
  writeFileSync(path, text)
  return path
}

function name(): string {
  return `[127.0.0.1]:${String(sshd.port)}`
}

function ecdsaKey(): string {
  return readFileSync(join(sshd.folder, 'host_ecdsa.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
}

async function accepts(t: ExecutionContext, changes: Partial<ConnectionSettings>): Promise<void> {
  const connection = await open(sshd.settings(changes))
  t.is(String((await (await connection.session(undefined)).request({ script: 'echo in' })).stdout), 'in\n')
  await connection.close()
}

async function refuses(t: ExecutionContext, changes: Partial<ConnectionSettings>): Promise<RunnerError> {
  const error = await t.throwsAsync(open(sshd.settings({ retries: 3, ...changes })), { instanceOf: RunnerError })
  t.is(error.code, 'unreachable')
  return error
}

const accepted: readonly (readonly [string, () => string])[] = [
  ['plain', () => `# a comment\n\n${name()} ${sshd.hostKey} somebody@somewhere\n`],
  ['among several names', () => `example.org,${name()},10.0.0.1 ${sshd.hostKey}\n`],
  ['by a wildcard', () => `[127.0.0.*]:* ${sshd.hostKey}\n`],
  ['of another type than the first that the server has', () => `${name()} ${ecdsaKey()}\n`],
  ['after a line about another host', () => `other ssh-ed25519 ${OTHER_KEY}\n${name()} ${sshd.hostKey}\n`],
  ['beside an old key', () => `${name()} ssh-ed25519 ${OTHER_KEY}\n${name()} ${sshd.hostKey}\n`],
]

for (const [title, text] of accepted) {
  test(`a key is known: ${title}`, async (t) => {
    const file = known(text())
    await accepts(t, { hostKeyChecking: 'yes', knownHostsFiles: [file] })
    t.is(readFileSync(file, 'utf8'), text())
  })
}

test('a key is known: hashed by ssh-keygen', async (t) => {
  const file = known(`${name()} ${sshd.hostKey}\n`)
  execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' })
  t.regex(readFileSync(file, 'utf8'), /^\|1\|/)
  await accepts(t, { hostKeyChecking: 'yes', knownHostsFiles: [join(folder, 'none'), file] })
})

test('an unseen key is refused under yes, with its fingerprint as ssh-keygen shows it', async (t) => {
  const negated = known(`!${name()},* ${sshd.hostKey}\n@cert-authority * ${sshd.hostKey}\n`)
  const error = await refuses(t, { hostKeyChecking: 'yes', knownHostsFiles: [negated] })
  const shown = execFileSync('ssh-keygen', ['-l', '-f', join(sshd.folder, 'host_ed25519.pub')], { encoding: 'utf8' }).split(' ')[1] ?? '-'
  t.true(error.message.includes(shown), error.message)
  t.regex(error.hint ?? '', /ansible_host_key/)
})

test('an unseen key is recorded under accept-new, once, in a file of its own making', async (t) => {
  const file = join(folder, 'new', 'ssh', 'known_hosts')
  await accepts(t, { knownHostsFiles: [file] })
  t.is(readFileSync(file, 'utf8'), `${name()} ${sshd.hostKey}\n`)
  t.deepEqual([statSync(file).mode & 0o777, statSync(join(folder, 'new', 'ssh')).mode & 0o777], [0o600, 0o700])
  await accepts(t, { knownHostsFiles: [file], hostKeyChecking: 'yes' })
  t.is(readFileSync(file, 'utf8').split('\n').length, 2)
  t.is(execFileSync('ssh-keygen', ['-F', name(), '-f', file], { encoding: 'utf8' }).split('\n').length, 3)
})

test('a recorded key starts a line of its own in a file without a last newline', async (t) => {
  const file = known(`other ssh-ed25519 ${OTHER_KEY}`)
  await accepts(t, { knownHostsFiles: [file] })
  t.is(readFileSync(file, 'utf8'), `other ssh-ed25519 ${OTHER_KEY}\n${name()} ${sshd.hostKey}\n`)
})

test('a key that cannot be recorded is warned about', async (t) => {
  mkdirSync(join(folder, 'a-folder'))
  const warnings: string[] = []
  const connection = await open(sshd.settings({ knownHostsFiles: [join(folder, 'a-folder')] }), { warnings })
  await connection.close()
  t.regex(warnings.join(), /could not be recorded/)
})

for (const policy of ['yes', 'accept-new'] as const) {
  test(`another key than the known one is refused under ${policy}, with both fingerprints and the line`, async (t) => {
    const text = `# first\n${name()} ssh-ed25519 ${OTHER_KEY}\n`
    const file = known(text)
    const error = await refuses(t, { hostKeyChecking: policy, knownHostsFiles: [file] })
    t.true(error.message.includes(`${file}:2`), error.message)
    t.is(error.message.match(/SHA256:[A-Za-z0-9+/]{43}/g)?.length, 2)
    t.regex(error.message, /web1: .*127\.0\.0\.1.*ssh-ed25519/)
    t.regex(error.hint ?? '', /ssh-keygen -R/)
    t.is(readFileSync(file, 'utf8'), text)
  })
}

test('a key of an unknown type is refused when the host is known by another type', async (t) => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = join(folder, 'rsa.pem')
  writeFileSync(pem, publicKey.export({ type: 'spki', format: 'pem' }))
  const rsa = execFileSync('ssh-keygen', ['-i', '-m', 'PKCS8', '-f', pem], { encoding: 'utf8' }).trim()
  const error = await refuses(t, { knownHostsFiles: [known(`${name()} ${rsa}\n`)] })
  t.regex(error.message, /has ssh-rsa SHA256:/)
})

for (const policy of ['yes', 'accept-new', 'no'] as const) {
  test(`a revoked key is refused under ${policy}`, async (t) => {
    const file = known(`${name()} ${sshd.hostKey}\n@revoked * ${sshd.hostKey}\n`)
    t.regex((await refuses(t, { hostKeyChecking: policy, knownHostsFiles: [file] })).message, /revoked at .*:2/)
  })
}

test('all keys are taken, and none recorded, under no', async (t) => {
  const text = `${name()} ssh-ed25519 ${OTHER_KEY}\n`
  const file = known(text)
  await accepts(t, { hostKeyChecking: 'no', knownHostsFiles: [file] })
  t.is(readFileSync(file, 'utf8'), text)
})

test('a pinned key decides alone', async (t) => {
  const misleading = known(`${name()} ssh-ed25519 ${OTHER_KEY}\n`)
  await accepts(t, { hostKey: sshd.hostKey, hostKeyChecking: 'yes', knownHostsFiles: [misleading] })
  await accepts(t, { hostKey: ecdsaKey(), hostKeyChecking: 'yes', knownHostsFiles: [] })
  const right = known(`${name()} ${sshd.hostKey}\n`)
  t.regex(
    (await refuses(t, { hostKey: `ssh-ed25519 ${OTHER_KEY}`, hostKeyChecking: 'no', knownHostsFiles: [right] })).message,
    /ansible_host_key pins/,
  )
})
