import { compilePlaybooks } from '../plan/compile.ts'
import type { Job, Loaded } from './job.ts'
import { openProject } from './project.ts'
import { readyInventory } from './ready-inventory.ts'
import { limitedHosts, limitOf, warnIfEmpty } from './target-hosts.ts'

/** Reads inventory and playbooks, and checks all that can be checked before a host is touched. */
export async function readPlaybooks(job: Job): Promise<Loaded> {
  const { choices } = job
  const project = await openProject({ ...job, ...choices, playbooks: job.playbooks })
  const inventory = await readyInventory(job, project)
  if (choices.flushCache) for (const host of [...inventory.hosts, 'localhost']) project.factCache?.remove(host)
  warnIfEmpty(inventory, project.warn)
  const compiled = await compilePlaybooks(job.playbooks, project)
  return { project, inventory, hosts: limitedHosts(limitOf(choices.limit, job.io.cwd), inventory, project.warn), ...compiled }
}
