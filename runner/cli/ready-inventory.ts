import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Inventory } from '../load/inventory-types.ts'
import type { Job } from './job.ts'
import { labHosts } from './lab-hosts.ts'
import type { Project } from './project.ts'
import { writeSecrets } from './secrets-file.ts'

/** The inventory; before a run on the lab its passwords are made up, if nobody did it yet. */
export async function readyInventory(job: Job, project: Project): Promise<Inventory> {
  const inventory = await project.readInventory()
  const folder = inventoryFolder(inventory)
  if (job.choices.show.size > 0 || folder === undefined || labHosts(inventory.hosts, inventory, project.engine).length === 0)
    return inventory
  const file = join(folder, 'group_vars/all/secrets.yml')
  if (existsSync(file)) return inventory
  const { added } = writeSecrets({ file, roleFolders: project.rolesPath, keep: 'old' })
  if (added.length === 0) return inventory
  job.io.stderr.write(`run: wrote ${String(added.length)} random passwords to ${file}\n`)
  return project.readInventory()
}

function inventoryFolder(inventory: Inventory): string | undefined {
  const [first] = inventory.sources
  if (first === undefined) return undefined
  const stat = statSync(first, { throwIfNoEntry: false })
  return stat === undefined ? undefined : stat.isDirectory() ? first : dirname(first)
}
