import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { LabHost } from '../../lab/lab.ts'
import { RunnerError } from '../base/error.ts'
import type { Inventory } from '../load/inventory-types.ts'
import { createScope } from '../load/vars.ts'
import type { TemplateEngine } from '../template/engine.ts'
import type { Job } from './commands/playbook.ts'
import type { Project } from './project.ts'
import { writeSecrets } from './secrets-file.ts'

/** Those of the hosts that the inventory says are the lab's (`stackrun_lab: true`), with their addresses. */
export function labHosts(names: readonly string[], inventory: Inventory, engine: TemplateEngine): readonly LabHost[] {
  return names.flatMap((name) => {
    const scope = createScope(inventory.layersOf(name))
    const marked = scope.get('stackrun_lab')
    if (marked === undefined || engine.render(marked.value, scope) !== true) return []
    const address = scope.get('ansible_host')
    const text = address === undefined ? undefined : engine.render(address.value, scope)
    if (typeof text === 'string') return [{ name, address: text }]
    throw new RunnerError('inventory', `the lab's host ${name} has no address`, {
      source: marked.source,
      hint: 'give it ansible_host, an IPv4 address',
    })
  })
}

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
