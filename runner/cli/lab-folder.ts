import { dirname, resolve } from 'node:path'
import { RunnerError } from '../base/error.ts'
import type { Inventory } from '../load/inventory-types.ts'
import { createScope } from '../load/vars.ts'
import type { TemplateEngine } from '../template/engine.ts'
import { overlay } from '../template/scope.ts'

/** The lab's state folder as the inventory has it: `stackrun_lab_folder` of the host, else `.lab` beside the inventory's folder. */
export function labFolder(host: string, inventory: Inventory, engine: TemplateEngine): string {
  const inventoryDir = dirname(resolve(inventory.sources[0] ?? 'inventory/hosts.yml'))
  const magic = new Map([['inventory_dir', { value: inventoryDir, layer: 'magic variable' }]])
  const scope = overlay(magic, createScope(inventory.layersOf(host)))
  const found = scope.get('stackrun_lab_folder')
  if (found === undefined) return resolve(inventoryDir, '../.lab')
  const folder = engine.render(found.value, scope)
  if (typeof folder === 'string' && folder !== '') return resolve(folder)
  throw new RunnerError('variable', 'stackrun_lab_folder must be the path of a folder', { source: found.source })
}
