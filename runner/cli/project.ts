import { dirname, join, resolve } from 'node:path'
import type { RunEvent } from '../base/event.ts'
import type { SecretRegistry } from '../base/secret-registry.ts'
import { formatSource } from '../base/source.ts'
import { actionSpecs } from '../execute/actions/index.ts'
import type { FactCache } from '../execute/fact-cache.ts'
import type { Gathering } from '../execute/options.ts'
import { decryptOf } from '../execute/options.ts'
import { createTemplateHost } from '../execute/template-host.ts'
import { type Collections, createCollections } from '../load/collections.ts'
import { loadInventory } from '../load/inventory.ts'
import type { Inventory } from '../load/inventory-types.ts'
import type { VarMap } from '../load/layer.ts'
import type { Decrypt } from '../load/source-file.ts'
import { parseExtraVars } from '../load/vars.ts'
import { createVault, type Vault } from '../load/vault-secrets.ts'
import type { Warn } from '../load/warn.ts'
import { createRegistry } from '../module/load.ts'
import type { Registry } from '../module/registry.ts'
import type { TemplateEngine } from '../template/engine.ts'
import { createTemplateEngine } from '../template/environment.ts'
import { type AnsibleConfig, readAnsibleConfig } from './ansible-config.ts'
import { checkSupport } from './collection-support.ts'
import { factCacheOf, gatheringOf } from './fact-settings.ts'
import { inventoryReading } from './inventory-settings.ts'
import { inventorySources } from './inventory-sources.ts'
import type { Io } from './io.ts'
import { moduleFolder, packageFile } from './package-root.ts'
import { refuseSettings } from './refused-settings.ts'
import { collectionPlaces, modulePlaces, rolePlaces } from './search-places.ts'
import type { VaultChoices } from './vault-options.ts'
import { vaultSecrets } from './vault-passwords.ts'

/** What every command that reads playbooks or inventories works with. */
export interface Project {
  readonly registry: Registry
  readonly engine: TemplateEngine
  readonly extraVars: VarMap
  readonly gathering: Gathering
  readonly factCache: FactCache | undefined
  readonly rolesPath: readonly string[]
  readonly collections: Collections
  /** Folders with the user's own modules, besides those beside the playbook and in roles. */
  readonly moduleDirs: readonly string[]
  readonly warn: Warn
  /** Absent where no vault password was given. */
  readonly vault: Vault | undefined
  readonly decrypt: Decrypt | undefined
  readInventory(): Promise<Inventory>
}

export interface ProjectOptions {
  readonly io: Io
  readonly playbooks: readonly string[]
  readonly inventory: readonly string[]
  readonly extraVars: readonly string[]
  readonly secrets: SecretRegistry
  /** Where vault passwords come from; nothing is asked for without it. */
  readonly vault?: VaultChoices | undefined
  /** Absolute folders of `--module-path`. */
  readonly modulePath?: readonly string[] | undefined
  /** The folder that stands for the playbook's where there is none (`--playbook-dir`). */
  readonly playbookDir?: string | undefined
  /** Inventories are read anew, whatever is kept of them. */
  readonly flushCache?: boolean | undefined
  readonly emit: (event: RunEvent) => void
}

/** Puts the layers together; reads `-e`, nothing else yet. */
export async function openProject(options: ProjectOptions): Promise<Project> {
  const { io, secrets } = options
  const warn = warnOnce(options.emit)
  const playbookDirs =
    options.playbookDir === undefined ? options.playbooks.map((playbook) => dirname(resolve(io.cwd, playbook))) : [options.playbookDir]
  const sources = inventorySources(options.inventory, io)
  const config = readAnsibleConfig(io)
  refuseSettings(config)
  if (config.ignored !== undefined) warn(worldWritable(io.cwd))
  const vault = await openVault(options)
  const decrypt = decryptOf({ vault })
  const extraVars = parseExtraVars(options.extraVars, io.cwd, { decrypt })
  const engine = createTemplateEngine(
    createTemplateHost({
      secrets,
      env: io.env,
      decrypt,
      allowBrokenConditionals: config.bool('ALLOW_BROKEN_CONDITIONALS', false),
      warn: (message, source, kind, hint) => {
        warn(message, source, hint, kind)
      },
    }),
  )
  return {
    registry: createRegistry({ builtinDir: moduleFolder(), actions: actionSpecs(), warn }),
    engine,
    extraVars,
    gathering: gatheringOf(config),
    factCache: factCacheOf(config),
    rolesPath: rolesPath(playbookDirs, config, io),
    collections: collectionsFor(playbookDirs, { config, io, warn }),
    moduleDirs: [...(options.modulePath ?? []), ...modulePlaces(config, io)],
    warn,
    vault,
    decrypt,
    readInventory: () =>
      loadInventory(sources, {
        playbookDirs,
        warn,
        engine,
        extraVars,
        decrypt,
        flushCache: options.flushCache,
        ...inventoryReading(config),
      }),
  }
}

interface Surroundings {
  readonly config: AnsibleConfig
  readonly io: Io
  readonly warn: Warn
}

/** Those beside the playbooks come before the installed ones. */
function collectionsFor(playbookDirs: readonly string[], { config, io, warn }: Surroundings): Collections {
  const beside = playbookDirs.map((folder) => join(folder, 'collections'))
  return createCollections([...beside, ...collectionPlaces(config, io)], (collection) => {
    checkSupport(collection, config, warn)
  })
}

function worldWritable(folder: string): string {
  return (
    `Ansible is being run in a world writable directory (${folder}), ignoring it as an ansible.cfg source. ` +
    'For more information see https://docs.ansible.com/ansible/devel/reference_appendices/config.html#cfg-in-world-writable-dir'
  )
}

async function openVault({ vault, io, secrets }: ProjectOptions): Promise<Vault | undefined> {
  if (vault === undefined) return undefined
  const passwords = await vaultSecrets(vault, io)
  for (const { password } of passwords) secrets.add(password)
  return passwords.length === 0 ? undefined : createVault(passwords)
}

/** Each text of a place once a run, as nobody reads a warning for the second time. */
function warnOnce(emit: (event: RunEvent) => void): Warn {
  const told = new Set<string>()
  return (message, source, hint, kind) => {
    const key = source === undefined ? message : `${message} ${formatSource(source)}`
    if (told.has(key)) return
    told.add(key)
    emit({ type: 'warning', at: Date.now(), message, source, hint, kind })
  }
}

/** Where roles are looked for after the playbook's own folder: the setting roles_path, beside it, where roles are installed, and those of the product. */
function rolesPath(playbookDirs: readonly string[], config: AnsibleConfig, io: Io): readonly string[] {
  const beside = playbookDirs.map((folder) => join(dirname(folder), 'roles'))
  return [
    ...new Set([...config.paths('DEFAULT_ROLES_PATH'), ...beside, join(io.cwd, 'roles'), ...rolePlaces(config, io), packageFile('roles')]),
  ]
}
