import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { must, run } from '../lab/child.ts'
import { listFolder } from '../lab/files.ts'
import { waitForPort } from '../lab/wait.ts'

/** Hosts to measure against: sshds that listen on many loopback addresses, and a user whose shell is dash. */
export interface Targets {
  readonly folder: string
  readonly inventory: string
  readonly knownHosts: string
  close(): Promise<void>
}

const USER = 'benchuser'
/** sshd listens on 16 sockets at most. */
const ADDRESSES_A_SERVER = 10
const MARK = 'stackrun benchmark'

/** Makes the user, the keys and the inventory and starts sshd. Needs root. */
export async function openTargets(count: number, signal: AbortSignal): Promise<Targets> {
  const folder = await mkdtemp(join(tmpdir(), 'stackrun-bench-'))
  const addresses = Array.from({ length: count }, (_, n) => `127.0.1.${String(n + 1)}`)
  const port = await freePort()
  const servers: ChildProcess[] = []
  const close = async (): Promise<void> => {
    for (const server of servers) server.kill()
    await removeUser()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await chmod(folder, 0o755)
    await makeKeys(folder, signal)
    await addUser(folder, signal)
    const knownHosts = await writeKnownHosts(folder, addresses, port)
    const inventory = await writeInventory(folder, { addresses, port, knownHosts })
    for (let at = 0; at < count; at += ADDRESSES_A_SERVER)
      servers.push(await startServer(folder, { addresses: addresses.slice(at, at + ADDRESSES_A_SERVER), port, signal }))
    return { folder, inventory, knownHosts, close }
  } catch (error) {
    await close()
    throw error
  }
}

interface Place {
  readonly addresses: readonly string[]
  readonly port: number
}

async function makeKeys(folder: string, signal: AbortSignal): Promise<void> {
  for (const name of ['id', 'host_key'])
    await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(folder, name)], { signal })
}

async function addUser(folder: string, signal: AbortSignal): Promise<void> {
  await removeUser()
  const home = join(folder, 'home')
  // A password of `*` matches nothing but, unlike none at all, does not lock the account for keys.
  await must(['useradd', '--comment', MARK, '--password', '*', '--create-home', '--home-dir', home, '--shell', '/bin/dash', USER], {
    signal,
  })
  await writeFile(join(folder, 'authorized_keys'), await readFile(join(folder, 'id.pub')))
}

/** Removes the user of this or an interrupted benchmark with its processes; a user of somebody else's is left alone. */
async function removeUser(): Promise<void> {
  const signal = AbortSignal.timeout(30_000)
  const [, , uid, , comment] = (await run(['getent', 'passwd', USER], { signal })).stdout.trim().split(':')
  if (uid === undefined) return
  if (comment !== MARK) throw new Error(`a user ${USER} exists and is not the benchmark's`)
  for (const pid of await listFolder('/proc')) {
    if (/^\d+$/.test(pid) && (await ownerOf(pid)) === Number(uid)) process.kill(Number(pid), 'SIGKILL')
  }
  await must(['userdel', '--force', USER], { signal })
}

async function ownerOf(pid: string): Promise<number | undefined> {
  return stat(`/proc/${pid}`).then(
    (found) => found.uid,
    () => undefined,
  )
}

async function writeKnownHosts(folder: string, addresses: readonly string[], port: number): Promise<string> {
  const key = (await readFile(join(folder, 'host_key.pub'), 'utf8')).split(' ').slice(0, 2).join(' ')
  const file = join(folder, 'known_hosts')
  await writeFile(file, addresses.map((address) => `[${address}]:${String(port)} ${key}\n`).join(''))
  return file
}

async function writeInventory(folder: string, { addresses, port, knownHosts }: Place & { knownHosts: string }): Promise<string> {
  const hosts = addresses.map((address, index) => [`node${String(index + 1).padStart(2, '0')}`, { ansible_host: address }] as const)
  const vars = {
    ansible_port: port,
    ansible_user: USER,
    ansible_ssh_private_key_file: join(folder, 'id'),
    ansible_python_interpreter: '/usr/bin/python3',
    stackrun_known_hosts_file: knownHosts,
    bench_dir: `${join(folder, 'home')}/{{ inventory_hostname }}`,
  }
  const file = join(folder, 'inventory.yml')
  await writeFile(file, JSON.stringify({ all: { vars, hosts: Object.fromEntries(hosts) } }, undefined, 2))
  return file
}

async function startServer(folder: string, { addresses, port, signal }: Place & { signal: AbortSignal }): Promise<ChildProcess> {
  await mkdir('/run/sshd', { recursive: true })
  const config = [
    `Port ${String(port)}`,
    ...addresses.map((address) => `ListenAddress ${address}`),
    `HostKey ${join(folder, 'host_key')}`,
    'PidFile none',
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    'StrictModes no',
    'UsePAM no',
    'UseDNS no',
    'PasswordAuthentication no',
    'MaxStartups 200',
    'MaxSessions 50',
    'Subsystem sftp internal-sftp',
    'LogLevel FATAL',
  ]
  const file = join(folder, `sshd_config.${addresses[0] ?? ''}`)
  await writeFile(file, `${config.join('\n')}\n`)
  const server = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', file], { stdio: ['ignore', 'ignore', 'inherit'] })
  await once(server, 'spawn')
  const last = addresses.at(-1) ?? '127.0.0.1'
  const up = await waitForPort({
    address: last,
    port,
    seconds: 10,
    signal,
    greeting: 'SSH-',
    alive: () => Promise.resolve(server.exitCode === null),
  })
  if (!up) throw new Error('the sshd of the benchmark did not start')
  return server
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
