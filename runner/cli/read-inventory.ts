import { resolve } from 'node:path'
import { decryptOf } from '../execute/options.ts'
import { loadInventory } from '../load/inventory.ts'
import { parseExtraVars } from '../load/vars.ts'
import { createVault } from '../load/vault-secrets.ts'
import { readAnsibleConfig } from './ansible-config.ts'
import type { Arguments } from './arguments.ts'
import { inventorySources } from './inventory-sources.ts'
import type { InventoryView } from './inventory-view.ts'
import type { Io } from './io.ts'
import { limitedHosts } from './target-hosts.ts'
import { type VAULT_OPTIONS, vaultChoices } from './vault-options.ts'
import { vaultSecrets } from './vault-passwords.ts'

interface Wanted {
  readonly inventory: readonly string[]
  readonly extraVars: readonly string[]
  readonly limit: string | undefined
  readonly playbookDir: string | undefined
  readonly vault: Pick<Arguments<typeof VAULT_OPTIONS>, 'flag' | 'list'>
  readonly asWritten: boolean
}

/** Reads inventories to show them. */
export async function readInventoryView(wanted: Wanted, io: Io): Promise<InventoryView> {
  const told = new Set<string>()
  const warn = (message: string): void => {
    if (told.has(message)) return
    told.add(message)
    io.stderr.write(io.tool === undefined ? `warning: ${message}\n` : `[WARNING]: ${message}\n`)
  }
  const config = readAnsibleConfig(io)
  const secrets = await vaultSecrets(vaultChoices(wanted.vault, config), io)
  const decrypt = decryptOf({ vault: secrets.length === 0 ? undefined : createVault(secrets) })
  const extraVars = parseExtraVars(wanted.extraVars, io.cwd, { decrypt })
  const folder = wanted.playbookDir ?? config.path('PLAYBOOK_DIR')
  const playbookDirs = folder === undefined ? (io.tool === undefined ? [io.cwd] : []) : [resolve(io.cwd, folder)]
  const inventory = await loadInventory(inventorySources(wanted.inventory, io), { playbookDirs, warn, extraVars, decrypt })
  if (io.tool !== undefined && inventory.hosts.length === 0 && inventory.sources.length === 0)
    warn('No inventory was parsed, only implicit localhost is available')
  const limited = limitedHosts(wanted.limit, inventory, warn)
  return { inventory, extraVars, available: limited ?? new Set(inventory.hosts), asWritten: wanted.asWritten }
}
