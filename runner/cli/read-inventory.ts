import { resolve } from 'node:path'
import { SecretRegistry } from '../base/secret-registry.ts'
import { formatSource } from '../base/source.ts'
import type { ValueRecord } from '../base/value.ts'
import { decryptOf } from '../execute/options.ts'
import { createTemplateHost } from '../execute/template-host.ts'
import { loadInventory } from '../load/inventory.ts'
import { parseExtraVars } from '../load/vars.ts'
import { createVault } from '../load/vault-secrets.ts'
import type { Warn } from '../load/warn.ts'
import { createTemplateEngine } from '../template/environment.ts'
import { readAnsibleConfig } from './ansible-config.ts'
import type { Arguments } from './arguments.ts'
import { inventoryReading } from './inventory-settings.ts'
import { inventorySources } from './inventory-sources.ts'
import type { InventoryView } from './inventory-view.ts'
import type { Io } from './io.ts'
import { limitedHosts, limitOf } from './target-hosts.ts'
import { type VAULT_OPTIONS, vaultChoices } from './vault-options.ts'
import { vaultSecrets } from './vault-passwords.ts'

interface Wanted {
  readonly inventory: readonly string[]
  readonly extraVars: readonly string[]
  readonly limit: string | undefined
  readonly playbookDir: string | undefined
  readonly vault: Pick<Arguments<typeof VAULT_OPTIONS>, 'flag' | 'list'>
  readonly flushCache: boolean
  readonly asWritten: boolean
}

/** Reads inventories to show them. */
export async function readInventoryView(wanted: Wanted, io: Io): Promise<InventoryView> {
  const told = new Set<string>()
  const warn: Warn = (message, source, hint) => {
    if (told.has(message)) return
    told.add(message)
    const place = source === undefined ? '' : `\n  at ${formatSource(source)}`
    const more = `${place}${hint === undefined ? '' : `\n  hint: ${hint}`}`
    io.stderr.write(io.tool === undefined ? `warning: ${message}${more}\n` : `[WARNING]: ${message}\n`)
  }
  const config = readAnsibleConfig(io)
  const secrets = await vaultSecrets(vaultChoices(wanted.vault, config), io)
  const decrypt = decryptOf({ vault: secrets.length === 0 ? undefined : createVault(secrets) })
  const extraVars = parseExtraVars(wanted.extraVars, io.cwd, { decrypt })
  const folder = wanted.playbookDir ?? config.path('PLAYBOOK_DIR')
  const playbookDirs = folder === undefined ? (io.tool === undefined ? [io.cwd] : []) : [resolve(io.cwd, folder)]
  const engine = createTemplateEngine(createTemplateHost({ secrets: new SecretRegistry(), env: io.env, decrypt, warn }))
  const reading = inventoryReading(config)
  const inventory = await loadInventory(inventorySources(wanted.inventory, io), {
    playbookDirs,
    warn,
    engine,
    extraVars,
    decrypt,
    flushCache: wanted.flushCache,
    ...reading,
  })
  const limited = limitedHosts(limitOf(wanted.limit, io.cwd), inventory, warn)
  const facts = (host: string): ValueRecord | undefined => reading.facts?.(host)
  return { inventory, facts, extraVars, available: limited ?? new Set(inventory.hosts), asWritten: wanted.asWritten }
}
