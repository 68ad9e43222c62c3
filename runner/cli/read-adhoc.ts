import type { SourceFile } from '../base/source.ts'
import type { Inventory } from '../load/inventory-types.ts'
import { type Compiled, compileText } from '../plan/compile.ts'
import type { Job } from './job.ts'
import { openProject, type Project } from './project.ts'
import { readyInventory } from './ready-inventory.ts'
import { limitedHosts, limitOf, nobodyLeft, warnIfEmpty } from './target-hosts.ts'

/** What tasks without a playbook are run with. */
export interface Adhoc {
  readonly project: Project
  readonly inventory: Inventory
  /** What `--limit` leaves. */
  readonly hosts: ReadonlySet<string> | undefined
  /** The hosts that are meant. */
  readonly matched: readonly string[]
  readonly compile: (file: SourceFile) => Promise<Compiled>
}

const LOCALHOST = ['localhost', '127.0.0.1', '::1']

/** Reads the inventory for a pattern. @throws RunnerError `inventory` where `--limit` leaves nobody */
export async function openAdhoc(job: Job, pattern: string): Promise<Adhoc> {
  const { choices } = job
  const project = await openProject({ ...job, ...choices, playbooks: [] })
  const inventory = await readyInventory(job, project)
  if (choices.flushCache) for (const host of [...inventory.hosts, 'localhost']) project.factCache?.remove(host)
  if (!LOCALHOST.includes(pattern) || inventory.hosts.length > 0) warnIfEmpty(inventory, project.warn)
  for (const name of inventory.unmatched(pattern)) project.warn(`Could not match supplied host pattern, ignoring: ${name}`)
  const hosts = limitedHosts(limitOf(choices.limit, job.io.cwd), inventory, project.warn)
  const matched = inventory.select(pattern).filter((host) => hosts === undefined || hosts.has(host))
  if (matched.length === 0 && inventory.hosts.length > 0) {
    if (hosts !== undefined) throw nobodyLeft()
    project.warn('No hosts matched, nothing to do')
  }
  const playbookDir = choices.playbookDir ?? job.io.cwd
  return { project, inventory, hosts, matched, compile: (file) => compileText(file, playbookDir, project) }
}
