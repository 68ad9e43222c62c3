import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { must } from './child.ts'
import { listFolder } from './files.ts'

export interface Unpacking {
  /** The Debian package with the program. */
  readonly name: string
  /** Where the packages are kept. */
  readonly packages: string
  /** Where they are unpacked. */
  readonly root: string
  readonly signal: AbortSignal
}

/**
 * Downloads a package and what of its dependencies this machine lacks, and unpacks them in a folder: a program to use without
 * installing it. None of the packages' scripts runs.
 */
export async function unpackPackage({ name, packages, root, signal }: Unpacking): Promise<void> {
  await mkdir(join(packages, 'partial'), { recursive: true })
  await mkdir(root, { recursive: true })
  const options = [`Dir::Cache::archives=${packages}`, 'APT::Sandbox::User=root', 'Debug::NoLocking=true']
  const flags = ['-qq', '-y', '--no-install-recommends', '--download-only', 'install', name]
  await must(['apt-get', ...options.flatMap((option) => ['-o', option]), ...flags], { signal, timeout: 300 })
  for (const file of await listFolder(packages)) {
    if (file.endsWith('.deb')) await must(['dpkg', '-x', join(packages, file), root], { signal })
  }
}

/** The environment in which an unpacked program finds its libraries. */
export async function unpackedEnvironment(root: string): Promise<NodeJS.ProcessEnv> {
  const parents = [join(root, 'usr/lib'), join(root, 'lib')]
  const found = await Promise.all(parents.map(async (parent) => (await listFolder(parent)).map((name) => join(parent, name))))
  return {
    LD_LIBRARY_PATH: found
      .flat()
      .filter((path) => path.includes('-linux-'))
      .join(':'),
  }
}
