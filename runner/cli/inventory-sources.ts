import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Io } from './io.ts'

/**
 * The inventories to read: those of `-i`, else ANSIBLE_INVENTORY, `inventory =` in the ansible.cfg here, ./inventory and
 * /etc/ansible/hosts, whichever is there first. None is fine: `localhost` is always known.
 */
export function inventorySources(given: readonly string[], io: Io): readonly string[] {
  if (given.length > 0) return given.map((source) => (source.includes(',') ? source : resolve(io.cwd, source)))
  const environment = io.env['ANSIBLE_INVENTORY'] ?? ''
  if (environment !== '') return inventorySources([environment], io)
  const configured = configuredInventory(join(io.cwd, 'ansible.cfg'))
  if (configured !== undefined) return [configured]
  const usual = [join(io.cwd, 'inventory'), '/etc/ansible/hosts'].find((path) => existsSync(path))
  return usual === undefined ? [] : [usual]
}

function configuredInventory(file: string): string | undefined {
  if (!existsSync(file)) return undefined
  const text = readFileSync(file, 'utf8')
  const defaults = /^\[defaults\]([^]*?)(?=^\[|(?![^]))/m.exec(text)?.[1] ?? ''
  const path = /^inventory\s*=\s*(.+?)\s*$/m.exec(defaults)?.[1]
  return path === undefined ? undefined : resolve(dirname(file), path)
}
