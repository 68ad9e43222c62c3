import { removeOldBases } from './base.ts'
import { cgroupsNamed, killCgroup, removeCgroup } from './cgroup.ts'
import { must } from './child.ts'
import { readHosts, removeDisk, writeKnownHosts } from './disk.ts'
import { listFolder } from './files.ts'
import { destroyHost } from './host.ts'
import { type Lab, type LabHost, unitName } from './lab.ts'
import { withLock } from './lock.ts'
import { isForeign, removeNetwork } from './network.ts'
import { requireMachine } from './requirements.ts'
import { removeShare } from './share.ts'

/** Destroys hosts with their disks; the network and the cache stay for the others. */
export async function takeDownHosts(lab: Lab, hosts: readonly LabHost[]): Promise<void> {
  await requireMachine()
  await withLock(lab, async () => {
    const disks = await readHosts(lab)
    const known = hosts.map((host) => disks.find(({ name }) => name === host.name) ?? host)
    // On a network that is another lab's, the processes at these addresses are not ours: only disks can be.
    if (await isForeign(lab)) for (const { name } of hosts) await removeDisk(lab, name)
    else await destroyAll(lab, known)
    await writeKnownHosts(lab)
  })
}

/**
 * Destroys the whole lab, from any half-made state. What stays is the base image, the key and the downloaded packages;
 * with `all`, nothing does.
 */
export async function takeDown(lab: Lab, what: 'hosts' | 'all'): Promise<void> {
  await requireMachine()
  await withLock(lab, async () => {
    const cache = unitName(lab.gateway)
    if (!(await isForeign(lab))) {
      await destroyAll(lab, [...(await readHosts(lab)), ...(await remnants(lab))])
      await killCgroup(cache, 5)
      await removeCgroup(cache)
      await removeNetwork(lab)
    }
    for (const name of await listFolder(lab.paths.hosts)) await removeDisk(lab, name)
    await removeShare(lab)
    await writeKnownHosts(lab)
    if (what === 'hosts') await removeOldBases(lab)
    else await must(['rm', '-rf', '--one-file-system', lab.folder], { signal: lab.signal, timeout: 300 })
  })
}

async function destroyAll(lab: Lab, hosts: readonly LabHost[]): Promise<void> {
  if (hosts.length > 0) lab.say(`lab: destroying ${hosts.map(({ name }) => name).join(', ')}`)
  const ended = await Promise.allSettled(hosts.map((host) => destroyHost(lab, host)))
  for (const result of ended) if (result.status === 'rejected') throw result.reason
}

/** Hosts of which a cgroup or a network namespace is left but no disk; their address serves as the name. */
async function remnants(lab: Lab): Promise<readonly LabHost[]> {
  const units = [...(await cgroupsNamed(lab.prefix)), ...(await listFolder('/run/netns'))].filter((name) => name.startsWith(lab.prefix))
  const disks = await readHosts(lab)
  const addresses = new Set(units.map((unit) => unit.slice('lab-'.length)))
  for (const known of [lab.gateway, ...disks.map(({ address }) => address)]) addresses.delete(known)
  return [...addresses].map((address) => ({ name: address, address }))
}
