import { join } from 'node:path'
import { isPopulated } from './cgroup.ts'
import { run } from './child.ts'
import { readHosts } from './disk.ts'
import { initOf, isUp } from './host.ts'
import { type Lab, type LabHost, unitName } from './lab.ts'
import { isForeign } from './network.ts'

/** `absent` has no disk; `off` has one; `starting` runs but does not take logins (yet). */
export type HostState = 'absent' | 'off' | 'starting' | 'up'

export interface HostStatus extends LabHost {
  readonly state: HostState
  /** The host's init as this machine sees it: `nsenter --target PID --all` enters the host. */
  readonly pid?: number | undefined
  /** Megabytes the host has written. */
  readonly disk?: number | undefined
}

/** How each host is. */
export async function statusOf(lab: Lab, hosts: readonly LabHost[]): Promise<readonly HostStatus[]> {
  const disks = (await readHosts(lab)).map(({ name }) => name)
  const foreign = await isForeign(lab)
  return Promise.all(
    hosts.map(async ({ name, address }) => {
      if (!disks.includes(name)) return { name, address, state: 'absent' }
      const [running, disk] = await Promise.all([foreign ? false : isPopulated(unitName(address)), diskOf(lab, name)])
      if (!running) return { name, address, state: 'off', disk }
      const [up, pid] = await Promise.all([isUp({ name, address }), initOf({ name, address })])
      return { name, address, state: up ? 'up' : 'starting', pid, disk }
    }),
  )
}

/** The statuses as a table for a person. */
export function formatStatus(statuses: readonly HostStatus[]): string {
  const rows = statuses.map(({ name, address, state, pid, disk }) => [
    name,
    address,
    state,
    pid === undefined ? '-' : String(pid),
    disk === undefined ? '-' : `${String(disk)} MB`,
  ])
  const table = [['HOST', 'ADDRESS', 'STATE', 'PID', 'DISK'], ...rows]
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

async function diskOf(lab: Lab, name: string): Promise<number | undefined> {
  const result = await run(['du', '-sm', join(lab.paths.hosts, name, 'upper')], lab)
  const size = Number.parseInt(result.stdout, 10)
  return Number.isNaN(size) ? undefined : size
}
