import { RunnerError } from '../base/error.ts'
import { jsonFileCache } from '../execute/fact-cache.ts'
import type { InventoryOptions } from '../load/inventory.ts'
import { type GroupCharacters, INVENTORY_DEFAULTS, type InventoryCache, type InventorySettings } from '../load/inventory-settings.ts'
import type { AnsibleConfig } from './ansible-config.ts'
import { factCacheOf } from './fact-settings.ts'
import type { SettingName } from './settings.ts'

const CHARACTERS: readonly GroupCharacters[] = ['always', 'never', 'ignore', 'silently']
const MISMATCHES = ['warning', 'ignore', 'error'] as const
const HOUR = 3600

/** How inventories are read: what ansible.cfg and the environment say, and what earlier runs left. @throws RunnerError `options` */
export function inventoryReading(config: AnsibleConfig): Pick<InventoryOptions, 'settings' | 'cache' | 'facts'> {
  const facts = factCacheOf(config)
  return { settings: settingsOf(config), cache: cacheOf(config), facts: (host) => facts?.read(host) }
}

function settingsOf(config: AnsibleConfig): InventorySettings {
  const { plugins, ignoredExtensions, ignoredPatterns } = INVENTORY_DEFAULTS
  const list = (name: SettingName, fallback: readonly string[]): readonly string[] => {
    const text = config.text(name)
    if (text === undefined) return fallback
    const parts = text.split(',').map((part) => part.trim())
    return parts.filter((part) => part !== '')
  }
  const warns = config.bool('INVENTORY_UNPARSED_WARNING', true)
  return {
    plugins: list('INVENTORY_ENABLED', plugins),
    ignoredExtensions: list('INVENTORY_IGNORE_EXTS', ignoredExtensions),
    ignoredPatterns: list('INVENTORY_IGNORE_PATTERNS', ignoredPatterns),
    groupCharacters: oneOf(config, 'TRANSFORM_INVALID_GROUP_CHARS', CHARACTERS, 'never'),
    useExtraVars: config.bool('inventory constructed: use_extra_vars', false),
    unparsed: config.bool('INVENTORY_UNPARSED_IS_FAILED', false) ? 'error' : warns ? 'warning' : 'ignore',
    mismatch: oneOf(config, 'HOST_PATTERN_MISMATCH', MISMATCHES, 'warning'),
  }
}

function oneOf<T extends string>(config: AnsibleConfig, name: SettingName, words: readonly T[], fallback: T): T {
  const text = config.text(name)
  if (text === undefined) return fallback
  const found = words.find((word) => word === text.trim())
  if (found !== undefined) return found
  throw new RunnerError('options', `${name} must be one of ${words.join(', ')}, not '${text}'`)
}

/** Where answers of executable inventories are kept; undefined where they are not. */
function cacheOf(config: AnsibleConfig): InventoryCache | undefined {
  if (!config.bool('inventory script: cache', false)) return undefined
  const plugin = config.text('inventory script: cache_plugin') ?? config.text('CACHE_PLUGIN') ?? 'memory'
  const name = plugin.replace(/^ansible\.builtin\./, '')
  if (name === 'memory') return undefined
  if (name !== 'jsonfile')
    throw new RunnerError('options', `the inventory cache '${plugin}' is not known`, { hint: 'the caches are memory and jsonfile' })
  const folder = config.path('inventory script: cache_connection') ?? config.path('CACHE_PLUGIN_CONNECTION')
  if (folder === undefined)
    throw new RunnerError('options', "the inventory cache 'jsonfile' needs a folder", { hint: 'set cache_connection in [inventory]' })
  const timeout = config.int('inventory script: cache_timeout', config.int('CACHE_PLUGIN_TIMEOUT', HOUR))
  const prefix = config.text('inventory script: cache_prefix') ?? config.text('CACHE_PLUGIN_PREFIX') ?? 'ansible_inventory_'
  return jsonFileCache(folder, timeout, prefix)
}
