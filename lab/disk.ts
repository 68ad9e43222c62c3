import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { cacheUrl } from './cache.ts'
import { must, run } from './child.ts'
import { exists, listFolder, place, readText, replace } from './files.ts'
import type { Lab, LabHost } from './lab.ts'
import { detachLoops } from './loop.ts'
import { mountsBelow } from './mounts.ts'

/** What is kept of a host in its folder, as `host.json`. */
const record = z.object({ name: z.string(), address: z.string(), base: z.string(), hostKey: z.string() })
export type HostRecord = z.infer<typeof record>

/** The hosts that have a disk, whether they run or not. */
export async function readHosts(lab: Pick<Lab, 'paths'>): Promise<readonly HostRecord[]> {
  const names = (await listFolder(lab.paths.hosts)).filter((name) => !name.endsWith('.new'))
  const texts = await Promise.all(names.map((name) => readText(join(lab.paths.hosts, name, 'host.json'))))
  return texts.flatMap((text) => {
    if (text === undefined) return []
    const parsed = record.safeParse(JSON.parse(text))
    return parsed.success ? [parsed.data] : []
  })
}

/** Makes a host's disk: what distinguishes it, to be laid over the base. It appears under its name only when it is whole. */
export async function createDisk(lab: Lab, host: LabHost, base: string): Promise<void> {
  const folder = join(lab.paths.hosts, host.name)
  const making = `${folder}.new`
  await rm(making, { recursive: true, force: true })
  await Promise.all(['upper', 'work', 'root'].map((name) => mkdir(join(making, name), { recursive: true })))
  const etc = join(making, 'upper/etc')
  await place(join(etc, 'hostname'), `${host.name}\n`)
  await place(join(etc, 'hosts'), hostsFile(lab, host))
  await place(join(etc, 'machine-id'), `${randomBytes(16).toString('hex')}\n`, 0o444)
  await place(join(etc, 'apt/apt.conf.d/01lab-cache'), `Acquire::http::Proxy "${cacheUrl(lab)}";\n`)
  const key = join(etc, 'ssh/ssh_host_ed25519_key')
  await mkdir(join(etc, 'ssh'))
  await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', host.name, '-f', key], lab)
  const hostKey = ((await readText(`${key}.pub`)) ?? '').split(' ').slice(0, 2).join(' ')
  await place(
    join(making, 'host.json'),
    `${JSON.stringify({ name: host.name, address: host.address, base, hostKey } satisfies HostRecord)}\n`,
  )
  await rename(making, folder)
}

/**
 * Mounts a host's disk and gives the folder of its root. The overlay is volatile: no flush of a database or of apt waits
 * for this machine's disk, which saves a fifth of the time of an installation.
 */
export async function mountDisk(lab: Lab, host: HostRecord): Promise<string> {
  const folder = join(lab.paths.hosts, host.name)
  const root = join(folder, 'root')
  await unmountDisk(lab, host.name)
  await rm(join(folder, VOLATILE), { recursive: true, force: true })
  await replace(join(folder, 'boot'), await bootId())
  const layers = `lowerdir=${host.base},upperdir=${join(folder, 'upper')},workdir=${join(folder, 'work')},volatile`
  await must(['mount', '-t', 'overlay', `lab-${host.name}`, '-o', layers, root], lab)
  return root
}

/** True where this machine stopped while the disk was in use: what was written last may be missing from it. */
export async function isTorn(lab: Lab, name: string): Promise<boolean> {
  const folder = join(lab.paths.hosts, name)
  return (await exists(join(folder, VOLATILE))) && (await readText(join(folder, 'boot'))) !== (await bootId())
}

/** Where the kernel marks the disk of a volatile overlay, so that nobody uses it after a power cut. */
const VOLATILE = 'work/work/incompat/volatile'

async function bootId(): Promise<string> {
  return readFile('/proc/sys/kernel/random/boot_id', 'utf8')
}

/** Unmounts what is mounted in a host's folder, however often. */
export async function unmountDisk(lab: Lab, name: string): Promise<void> {
  for (const mount of await mountsBelow(join(lab.paths.hosts, name))) {
    const result = await run(['umount', mount], lab)
    // A namespace that is still being taken apart holds the mount for a moment; detached, it goes with it.
    if (result.code !== 0) await run(['umount', '--lazy', mount], lab)
  }
}

/** Removes a host's disk with its mount and loop devices; any remnant of one will do. */
export async function removeDisk(lab: Lab, name: string): Promise<void> {
  const folder = join(lab.paths.hosts, name)
  await detachLoops(lab, join(folder, 'upper'))
  await unmountDisk(lab, name)
  await must(['rm', '-rf', '--one-file-system', folder, `${folder}.new`], { signal: lab.signal, timeout: 300 })
}

/** Writes the known_hosts file of the lab from the disks there are. */
export async function writeKnownHosts(lab: Lab): Promise<void> {
  const hosts = await readHosts(lab)
  await replace(lab.paths.knownHosts, hosts.map(({ name, address, hostKey }) => `${address},${name} ${hostKey}\n`).join(''), 0o600)
}

function hostsFile(lab: Lab, host: LabHost): string {
  const known = new Map([...(lab.neighbours ?? []), host].map(({ name, address }) => [name, address]))
  const lines = ['127.0.0.1 localhost', '::1 localhost ip6-localhost ip6-loopback', `${lab.gateway} gateway`]
  return `${[...lines, ...[...known].map(([name, address]) => `${address} ${name}`)].join('\n')}\n`
}
