import { mkdir, readdir, readFile, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { listFolder, readText } from './files.ts'

/**
 * A lab host is its cgroup: it holds every process of the host and nothing else, so neither stale pid files nor reused
 * pids can mislead.
 */

/** The hierarchies a booted systemd wants a group of its own in: cgroup v2 and, where it exists, v1 `name=systemd`. */
export async function cgroupRoots(): Promise<readonly string[]> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8')
  return mounts.split('\n').flatMap((line) => {
    const [before, after] = line.split(' - ')
    const path = before?.split(' ')[4]
    const [type, , options] = after?.split(' ') ?? []
    if (path === undefined) return []
    return type === 'cgroup2' || (type === 'cgroup' && options?.split(',').includes('name=systemd') === true) ? [path] : []
  })
}

/** Makes the group in every hierarchy and gives its folders. */
export async function createCgroup(name: string): Promise<readonly string[]> {
  const folders = (await cgroupRoots()).map((root) => join(root, name))
  await Promise.all(folders.map((folder) => mkdir(folder, { recursive: true })))
  return folders
}

/** The group names that begin like this, of all hierarchies. */
export async function cgroupsNamed(prefix: string): Promise<readonly string[]> {
  const found = await Promise.all((await cgroupRoots()).map(listFolder))
  return [...new Set(found.flat().filter((name) => name.startsWith(prefix)))]
}

/** Every process of the group and the groups below it. */
export async function processesOf(name: string): Promise<readonly number[]> {
  const found = await Promise.all((await cgroupRoots()).map((root) => processesIn(join(root, name))))
  return [...new Set(found.flat())].sort((a, b) => a - b)
}

/** True while any process lives in the group. */
export async function isPopulated(name: string): Promise<boolean> {
  const events = await Promise.all((await cgroupRoots()).map((root) => readText(join(root, name, 'cgroup.events'))))
  return events.some((text) => text?.includes('populated 1') === true)
}

/** Kills every process of the group, again and again until none is left or the seconds are over. True when it is empty. */
export async function killCgroup(name: string, seconds: number): Promise<boolean> {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const pids = await processesOf(name)
    if (pids.length === 0) return true
    if (Date.now() > end) return false
    for (const pid of pids) kill(pid)
    await sleep(20)
  }
}

/** Removes the empty group from every hierarchy. */
export async function removeCgroup(name: string): Promise<void> {
  await Promise.all((await cgroupRoots()).map((root) => removeTree(join(root, name))))
}

/** SIGKILL; a process that has gone meanwhile is no error. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    return
  }
}

async function processesIn(folder: string): Promise<readonly number[]> {
  const own = (await readText(join(folder, 'cgroup.procs')).then((text) => text?.split('\n') ?? []))
    .filter((line) => line !== '')
    .map(Number)
  const below = await Promise.all((await foldersIn(folder)).map(processesIn))
  return [...own, ...below.flat()]
}

async function removeTree(folder: string): Promise<void> {
  await Promise.all((await foldersIn(folder)).map(removeTree))
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const busy = await rmdir(folder).then(
      () => false,
      (error: unknown) => error instanceof Error && 'code' in error && error.code === 'EBUSY',
    )
    if (!busy) return
    await sleep(20)
  }
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name))
}
