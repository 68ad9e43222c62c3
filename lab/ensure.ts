import { type LabHost, type LabOptions, openLab } from './lab.ts'
import { bringUp } from './up.ts'

/** Brings up those of the hosts that are down, before a playbook runs on them; gives the names of those it started. */
export async function ensureLab(hosts: readonly LabHost[], options: LabOptions): Promise<{ started: readonly string[] }> {
  if (hosts.length === 0) return { started: [] }
  return { started: await bringUp(openLab(hosts, options), hosts) }
}
