import { access, constants, readdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { RunnerError } from '../runner/base/error.ts'
import { cgroupRoots } from './cgroup.ts'
import { must } from './child.ts'
import { exists, readText } from './files.ts'
import type { Lab } from './lab.ts'

/** The programs the lab uses, and the Debian package that brings each. */
const PROGRAMS: Readonly<Record<string, string>> = {
  mmdebstrap: 'mmdebstrap',
  'systemd-nspawn': 'systemd-container',
  ip: 'iproute2',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  losetup: 'mount',
  mount: 'mount',
}

const REAL_MACHINES = 'to use machines of your own instead, give their addresses in the inventory and set stackrun_lab: false (docs/lab.md)'

/** Throws where this machine or user cannot have a lab. */
export async function requireMachine(): Promise<void> {
  const problem = await whyNot()
  if (problem !== undefined) throw new RunnerError('lab', `the embedded lab cannot run here: ${problem}`, { hint: REAL_MACHINES })
}

/** Installs what the lab needs on this machine; asks first where somebody can answer. */
export async function requirePackages(lab: Lab): Promise<void> {
  const packages = await missingPackages()
  if (packages.length === 0) return
  const names = packages.join(', ')
  if (lab.confirm !== undefined && !(await lab.confirm(`The lab needs these Debian packages on this machine: ${names}. Install them?`))) {
    throw new RunnerError('lab', `the lab needs ${names}`, { hint: `apt-get install ${packages.join(' ')}` })
  }
  lab.say(`lab: installing ${names}`)
  const options = { signal: lab.signal, timeout: 900, env: { DEBIAN_FRONTEND: 'noninteractive' } }
  if (!(await hasPackageLists())) await must(['apt-get', 'update', '-qq'], options)
  await must(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages], options)
}

/** What stands in the lab's way, or undefined where nothing does. */
async function whyNot(): Promise<string | undefined> {
  if (process.platform !== 'linux') return `it needs Linux, this is ${process.platform}`
  if (!(await exists('/etc/debian_version'))) return 'it needs Debian (no /etc/debian_version)'
  if (process.getuid?.() !== 0) return 'it needs root (network namespaces, mounts, systemd-nspawn)'
  if ((await readText('/proc/filesystems'))?.includes('\toverlay\n') !== true) return 'the kernel has no overlayfs'
  const roots = await cgroupRoots()
  const writable = await Promise.all(roots.map((root) => canWrite(root)))
  if (roots.length === 0) return 'no cgroup v2 hierarchy is mounted'
  if (writable.includes(false)) return 'the cgroup hierarchies are mounted read-only (an unprivileged container?)'
  return undefined
}

async function missingPackages(): Promise<readonly string[]> {
  const needed = await Promise.all(Object.entries(PROGRAMS).map(async ([program, name]) => ((await isProgram(program)) ? [] : [name])))
  const keyring = (await exists('/usr/share/keyrings/debian-archive-keyring.gpg')) ? [] : ['debian-archive-keyring']
  return [...new Set([...needed.flat(), ...keyring])]
}

async function isProgram(name: string): Promise<boolean> {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const found = await Promise.all(
    folders.map((folder) =>
      access(join(folder, name), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  )
  return found.includes(true)
}

async function hasPackageLists(): Promise<boolean> {
  const names = await readdir('/var/lib/apt/lists').catch(() => [])
  return names.some((name) => name.includes('_Packages'))
}

async function canWrite(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  )
}
