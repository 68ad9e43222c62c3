import type { LabHost } from '../../lab/lab.ts'
import { RunnerError } from '../base/error.ts'
import type { Inventory } from '../load/inventory-types.ts'
import { createScope } from '../load/vars.ts'
import type { TemplateEngine } from '../template/engine.ts'

/**
 * Those of the hosts that the inventory says are the lab's (`stackrun_lab: true`), with their addresses. This machine,
 * which is there without being written down, is none of them.
 */
export function labHosts(names: readonly string[], inventory: Inventory, engine: TemplateEngine): readonly LabHost[] {
  const written = new Set(inventory.hosts)
  return names.flatMap((name) => {
    if (!written.has(name)) return []
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
