import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { ConnectionSettings } from '../../runner/host/session.ts'

const run = promisify(execFile)

export interface SshdOptions {
  readonly address?: string
  /** Further lines of sshd_config. */
  readonly config?: readonly string[]
  readonly hostKeyTypes?: readonly ('ed25519' | 'ecdsa' | 'rsa')[]
}

export interface Sshd {
  readonly address: string
  readonly port: number
  readonly user: string
  /** A key that lets the user in. */
  readonly keyFile: string
  /** The first host key as known_hosts writes it: `ssh-ed25519 AAAA…`. */
  readonly hostKey: string
  /** A temporary folder, gone after `stop`. */
  readonly folder: string
  /** The listening sshd; connections have child processes of it. */
  readonly pid: number
  settings(changes?: Partial<ConnectionSettings>): ConnectionSettings
  stop(): Promise<void>
}

/** A real sshd on a free loopback port, with its own configuration, host keys and authorized key. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const folder = await mkdtemp(join(tmpdir(), 'stackrun-sshd-'))
  await chmod(folder, 0o755)
  const address = options.address ?? '127.0.0.1'
  const types = options.hostKeyTypes ?? ['ed25519']
  const keyFile = join(folder, 'id_user')
  await Promise.all([...types.map((type) => keygen(type, join(folder, `host_${type}`))), keygen('ed25519', keyFile)])
  await writeFile(join(folder, 'authorized_keys'), await readFile(`${keyFile}.pub`), { mode: 0o644 })
  const port = await freePort(address)
  await writeFile(join(folder, 'sshd_config'), configText(folder, { address, port, types, config: options.config ?? [] }))
  if (userInfo().uid === 0) await run('mkdir', ['-p', '/run/sshd'])
  const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(folder, 'sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] })
  await listening(child, address, port)
  const hostKey = (await readFile(join(folder, `host_${types[0] ?? 'ed25519'}.pub`), 'utf8')).split(' ').slice(0, 2).join(' ')
  const base = { address, port, user: userInfo().username, keyFile, hostKey, folder, pid: child.pid ?? 0 }
  return { ...base, settings: (changes) => ({ ...sshSettings(base), ...changes }), stop: () => stopSshd(child, folder) }
}

type Settled = Pick<Sshd, 'address' | 'port' | 'user' | 'keyFile' | 'folder'>

function sshSettings(sshd: Settled): ConnectionSettings {
  return {
    name: 'web1',
    kind: 'ssh',
    address: sshd.address,
    port: sshd.port,
    user: sshd.user,
    privateKeyFiles: [sshd.keyFile],
    hostKeyChecking: 'accept-new',
    knownHostsFiles: [join(sshd.folder, 'known_hosts')],
    proxyJump: [],
    connectTimeout: 10_000,
    retries: 0,
    keepaliveInterval: 10_000,
    shell: '/bin/sh',
  }
}

function configText(folder: string, sshd: { address: string; port: number; types: readonly string[]; config: readonly string[] }): string {
  return [
    ...sshd.config,
    `ListenAddress ${sshd.address}:${String(sshd.port)}`,
    ...sshd.types.map((type) => `HostKey ${join(folder, `host_${type}`)}`),
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    'PidFile none',
    'StrictModes no',
    'PermitRootLogin yes',
    'PrintMotd no',
    'MaxStartups 100',
    `SetEnv ${MARK}=${folder}`,
    `UsePAM ${userInfo().uid === 0 ? 'yes' : 'no'}`,
    'LogLevel ERROR',
    '',
  ].join('\n')
}

/** In the environment of all that its connections start. */
const MARK = 'STACKRUN_TEST_SSHD'

async function keygen(type: string, path: string): Promise<void> {
  await run('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', 'test', '-f', path])
}

function freePort(address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, address, () => {
      const at = server.address()
      server.close(() => {
        resolve(typeof at === 'object' && at !== null ? at.port : 0)
      })
    })
  })
}

async function listening(child: ChildProcess, address: string, port: number): Promise<void> {
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  for (let turn = 0; turn < 200; turn += 1) {
    if (child.exitCode !== null) throw new Error(`sshd ended: ${said}`)
    if (await answers(address, port)) return
    await sleep(25)
  }
  throw new Error(`sshd does not listen: ${said}`)
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    socket.once('error', () => {
      resolve(false)
    })
    socket.once('data', () => {
      socket.destroy()
      resolve(true)
    })
  })
}

async function stopSshd(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill()
    await ended
  }
  await endLeftovers(folder)
  await rm(folder, { recursive: true, force: true })
}

/** What a connection that was killed has left running is waited for by every later session on this machine. */
async function endLeftovers(folder: string): Promise<void> {
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
    if (environment.split('\0').includes(`${MARK}=${folder}`)) kill(Number(pid))
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it has ended by itself
  }
}
