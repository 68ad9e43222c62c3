import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { RunnerError } from '../runner/base/error.ts'
import { isPopulated } from './cgroup.ts'
import { lastLines } from './child.ts'
import { exists, place, readText } from './files.ts'
import { type Lab, unitName } from './lab.ts'
import { launch } from './launch.ts'
import { CANONICAL, type Mirror, readMirror } from './mirror.ts'
import { unpackedEnvironment, unpackPackage } from './unpack.ts'
import { waitForPort } from './wait.ts'

export const CACHE_PORT = 3142

const INSTALLED = '/usr/sbin/apt-cacher-ng'

/**
 * Starts the package cache that the lab's hosts install through: they have no other way out, and each package comes down
 * once. It is Debian's apt-cacher-ng, unpacked in the lab's folder rather than installed, so that this machine gets no new service.
 */
export async function ensureCache(lab: Lab): Promise<void> {
  const cgroup = unitName(lab.gateway)
  if (await isPopulated(cgroup)) return
  const root = (await exists(INSTALLED)) ? '/' : await unpack(lab)
  await configure(lab, root, await readMirror(lab.signal))
  const log = join(lab.paths.cache, 'output')
  await launch({
    cgroup,
    log,
    argv: [join(root, INSTALLED), '-c', join(lab.paths.cache, 'conf'), 'ForeGround=1'],
    env: root === '/' ? {} : await unpackedEnvironment(root),
  })
  const answered = await waitForPort({
    address: lab.gateway,
    port: CACHE_PORT,
    seconds: 20,
    signal: lab.signal,
    alive: () => isPopulated(cgroup),
  })
  if (!answered) throw new RunnerError('lab', `the package cache did not start: ${lastLines((await readText(log)) ?? '')}`)
}

/** Where a host's apt finds the cache. */
export function cacheUrl(lab: Lab): string {
  return `http://${lab.gateway}:${String(CACHE_PORT)}`
}

/** Unpacks the program with the libraries this machine does not have; gives the folder it is unpacked in. */
async function unpack(lab: Lab): Promise<string> {
  const root = join(lab.paths.cache, 'program')
  if (await exists(join(root, INSTALLED))) return root
  await unpackPackage({ name: 'apt-cacher-ng', packages: join(lab.paths.cache, 'packages'), root, signal: lab.signal })
  return root
}

async function configure(lab: Lab, root: string, mirror: Mirror): Promise<void> {
  const folder = lab.paths.cache
  const lines = [
    `CacheDir: ${join(folder, 'store')}`,
    `LogDir: ${join(folder, 'log')}`,
    `SupportDir: ${join(root, 'usr/lib/apt-cacher-ng')}`,
    `PidFile: ${join(folder, 'pid')}`,
    `Port: ${String(CACHE_PORT)}`,
    `BindAddress: ${lab.gateway}`,
    `Remap-debrep: ${CANONICAL.debian} ; ${mirror.debian}/`,
    `Remap-secdeb: ${CANONICAL.security} ; ${mirror.security}/`,
    ...(mirror.proxy === undefined ? [] : [`Proxy: ${mirror.proxy}`]),
    'PassThroughPattern: .*',
    'ExThreshold: 30',
    'ReportPage:',
  ]
  await Promise.all(['store', 'log'].map((name) => mkdir(join(folder, name), { recursive: true })))
  const file = join(folder, 'conf/acng.conf')
  await place(file, `${lines.join('\n')}\n`, 0o600)
  await chmod(file, 0o600) // a mirror's or proxy's address may hold a password
}
