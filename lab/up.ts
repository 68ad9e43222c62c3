import { ensureBase } from './base.ts'
import { ensureCache } from './cache.ts'
import { createDisk, isTorn, readHosts, writeKnownHosts } from './disk.ts'
import { bootHost, destroyHost, isUp } from './host.ts'
import type { Lab, LabHost } from './lab.ts'
import { withLock } from './lock.ts'
import { ensureNetwork, ownerOf } from './network.ts'
import { requireMachine, requirePackages } from './requirements.ts'

/** Brings hosts up that are down and gives their names. A host that has a disk boots from it; another gets a new one. */
export async function bringUp(lab: Lab, hosts: readonly LabHost[]): Promise<readonly string[]> {
  if ((await downOf(lab, hosts)).length === 0) return []
  await requireMachine()
  return withLock(lab, async () => {
    const down = await downOf(lab, hosts)
    if (down.length === 0) return []
    await requirePackages(lab)
    lab.say(`lab: starting ${down.map(({ name }) => name).join(', ')}`)
    await ensureNetwork(lab)
    await ensureCache(lab)
    const base = await ensureBase(lab)
    await startAll(lab, down, base)
    return down.map(({ name }) => name)
  })
}

async function startAll(lab: Lab, hosts: readonly LabHost[], base: string): Promise<void> {
  await Promise.all(hosts.map((host) => ensureDisk(lab, host, base)))
  await writeKnownHosts(lab)
  const records = (await readHosts(lab)).filter(({ name }) => hosts.some((host) => host.name === name))
  const booted = await Promise.allSettled(records.map((host) => bootHost(lab, host)))
  for (const result of booted) if (result.status === 'rejected') throw result.reason
}

async function ensureDisk(lab: Lab, host: LabHost, base: string): Promise<void> {
  const disk = (await readHosts(lab)).find(({ name }) => name === host.name)
  const torn = await isTorn(lab, host.name)
  if (disk?.address === host.address && !torn) return
  if (torn) lab.say(`lab: ${host.name} ran when this machine stopped: making it anew`)
  if (disk !== undefined) await destroyHost(lab, disk) // torn, or the inventory gives it another address now
  await createDisk(lab, host, base)
}

async function downOf(lab: Lab, hosts: readonly LabHost[]): Promise<readonly LabHost[]> {
  if ((await ownerOf(lab)) !== lab.folder) return hosts
  const up = await Promise.all(hosts.map(isUp))
  return hosts.filter((_, index) => up[index] !== true)
}
