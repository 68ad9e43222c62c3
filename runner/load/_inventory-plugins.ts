import { RunnerError } from '../base/error.ts'
import { nearest } from '../base/nearest.ts'
import type { Source } from '../base/source.ts'
import { type Constructing, readConstructed } from './_inventory-constructed.ts'
import { readGenerator } from './_inventory-generator.ts'
import { hostNames, readIniInventory } from './_inventory-ini.ts'
import { readScriptInventory } from './_inventory-script.ts'
import { readYamlInventory } from './_inventory-yaml.ts'
import type { SourceText } from './_source-text.ts'
import type { InventoryCache } from './inventory-settings.ts'
import type { Decrypt } from './source-file.ts'

/** What a plugin adds to, and may ask. */
export interface PluginContext extends Constructing {
  readonly decrypt: Decrypt | undefined
  readonly cache: InventoryCache | undefined
  /** Answers of the cache count. */
  readonly fromCache: boolean
}

interface InventoryPlugin {
  /** Whether it can be meant: then it reads the source, or says what is wrong with it. */
  accepts(source: SourceText): boolean
  read(source: SourceText, context: PluginContext): void | Promise<void>
}

type Configured = 'constructed' | 'generator'

const CONFIGURED: Readonly<Record<Configured, InventoryPlugin>> = {
  constructed: {
    accepts: (source) => bareName(source.plugin?.name) === 'constructed',
    read: ({ root }, context) => {
      if (root !== undefined) readConstructed(root, context)
    },
  },
  generator: {
    accepts: (source) => bareName(source.plugin?.name) === 'generator',
    read: ({ root }, context) => {
      if (root !== undefined) readGenerator(root, context)
    },
  },
}

const PLUGINS: Readonly<Record<string, InventoryPlugin>> = {
  host_list: { accepts: (source) => !source.isFile, read: (source, context) => readHostList(source.text, context, 'plain') },
  advanced_host_list: { accepts: (source) => !source.isFile, read: (source, context) => readHostList(source.text, context, 'ranges') },
  script: { accepts: (source) => source.isExecutable, read: (source, context) => readScriptInventory(source.text, context) },
  auto: { accepts: (source) => /^\.ya?ml$/.test(source.extension) && source.plugin !== undefined, read: readConfigured },
  ...CONFIGURED,
  yaml: {
    accepts: (source) => source.looksLikeYaml,
    read: ({ root }, { groups, warn }) => {
      if (root !== undefined) readYamlInventory(root, groups, warn)
    },
  },
  ini: {
    accepts: (source) => source.isFile && source.extension !== '.toml' && !source.looksLikeYaml,
    read: (source, { groups }) => {
      readIniInventory(source.file, groups)
    },
  },
  toml: {
    accepts: (source) => source.isFile && source.extension === '.toml',
    async read(source, context) {
      const [{ parseToml }, { readTomlInventory }] = await Promise.all([import('./_toml.ts'), import('./_inventory-toml.ts')])
      readTomlInventory(parseToml(source.file), context)
    },
  },
}

/** Those of a list that there are, in its order. @throws RunnerError `inventory` where there is none of them */
export function enabledPlugins(names: readonly string[], warn: Constructing['warn']): readonly string[] {
  const known = names.map((name) => ({ name, bare: bareName(name) ?? '' }))
  for (const { name, bare } of known) if (!Object.hasOwn(PLUGINS, bare)) warn(`Failed to load inventory plugin, skipping ${name}`)
  const enabled = known.filter(({ bare }) => Object.hasOwn(PLUGINS, bare)).map(({ bare }) => bare)
  if (enabled.length > 0) return enabled
  throw new RunnerError('inventory', 'No inventory plugins available to generate inventory, make sure you have at least one enabled.', {
    hint: `there are ${Object.keys(PLUGINS).join(', ')}`,
  })
}

/** The first enabled plugin whose the source is reads it. @throws RunnerError `inventory` */
export async function readWithPlugin(source: SourceText, enabled: readonly string[], context: PluginContext): Promise<void> {
  const plugin = enabled.map((name) => PLUGINS[name]).find((each) => each?.accepts(source) === true)
  if (plugin !== undefined) return plugin.read(source, context)
  const able = Object.keys(PLUGINS).filter((name) => PLUGINS[name]?.accepts(source) === true)
  throw new RunnerError('inventory', `no enabled inventory plugin reads ${source.text}`, {
    hint: `enabled are ${enabled.join(', ')}${able.length === 0 ? '' : `; it would be for ${able.join(' or ')}`}`,
  })
}

function readConfigured(source: SourceText, context: PluginContext): void | Promise<void> {
  const { plugin } = source
  const name = bareName(plugin?.name)
  if (name === 'constructed' || name === 'generator') return CONFIGURED[name].read(source, context)
  const near = nearest(name ?? '', Object.keys(CONFIGURED))
  throw new RunnerError('inventory', `the inventory plugin ${plugin?.name ?? ''} is not there`, {
    source: plugin?.node.source,
    hint:
      near === undefined
        ? 'there are constructed and generator; any program that answers --list is an inventory too'
        : `did you mean '${near}'?`,
  })
}

function bareName(name: string | undefined): string | undefined {
  return name?.replace(/^ansible\.(?:builtin|legacy)\./, '').trim()
}

function readHostList(text: string, { groups }: PluginContext, how: 'plain' | 'ranges'): void {
  const place: Source = { file: { path: '-i', text }, line: 1, col: 1 }
  const parts = text.split(',').map((part) => part.trim())
  for (const part of parts.filter((each) => each !== '')) {
    for (const { name, port } of hostNames(part, place, how)) {
      const host = groups.addHost(name, 'ungrouped')
      if (port !== undefined) host.vars.set('ansible_port', { value: port, source: place })
    }
  }
}
