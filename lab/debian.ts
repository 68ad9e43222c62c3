import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cacheUrl } from './cache.ts'
import { must } from './child.ts'
import { listFolder } from './files.ts'
import type { Lab } from './lab.ts'
import { RELEASE, SOURCES } from './recipe.ts'

export interface DebianTree {
  readonly tree: string
  readonly packages: readonly string[]
  /** Whether the package lists stay, so that a host's first installation need not fetch them. */
  readonly lists?: 'keep' | 'remove' | undefined
}

/** Unpacks and configures a Debian in a new folder, with packages from the lab's cache. It is nobody's: it has no name and no host keys. */
export async function makeDebian(lab: Lab, { tree, packages, lists = 'remove' }: DebianTree): Promise<void> {
  await mkdir(dirname(tree), { recursive: true })
  const options = [
    `Acquire::http::Proxy "${cacheUrl(lab)}"`,
    'Acquire::Languages "none"',
    'Acquire::Check-Valid-Until "false"',
    'Acquire::Check-Date "false"',
  ]
  const flags = [
    '--quiet',
    '--variant=apt',
    '--format=directory',
    '--components=main',
    '--dpkgopt=force-unsafe-io',
    ...options.map((option) => `--aptopt=${option}`),
    ...(lists === 'keep' ? ['--skip=cleanup/apt/lists'] : []),
    `--include=${packages.join(',')}`,
  ]
  await must(['mmdebstrap', ...flags, RELEASE, tree, ...SOURCES], { signal: lab.signal, timeout: 3600, env: { http_proxy: '' } })
  // What mmdebstrap was told about the network is the build's affair, not the hosts'.
  await rm(join(tree, 'etc/apt/apt.conf.d/99mmdebstrap'), { force: true })
  await rm(join(tree, 'etc/hostname'), { force: true })
  for (const name of await listFolder(join(tree, 'etc/ssh'))) {
    if (name.startsWith('ssh_host_')) await rm(join(tree, 'etc/ssh', name))
  }
}
