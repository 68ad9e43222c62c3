import { readdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { RunnerError } from '../base/error.ts'
import { isFolder } from '../base/paths.ts'
import type { ValueRecord } from '../base/value.ts'
import type { TemplateEngine } from '../template/engine.ts'
import { Groups } from './_groups.ts'
import { enabledPlugins, readWithPlugin } from './_inventory-plugins.ts'
import { LoadedInventory, type ReadInventory } from './_loaded-inventory.ts'
import { SourceText } from './_source-text.ts'
import { VarsFolders } from './_vars-dir.ts'
import { INVENTORY_DEFAULTS, type InventoryCache, type InventorySettings } from './inventory-settings.ts'
import type { Inventory } from './inventory-types.ts'
import type { VarMap } from './layer.ts'
import { NO_VARS } from './vars.ts'
import type { Warn } from './warn.ts'
import type { YamlOptions } from './yaml.ts'

export interface InventoryOptions {
  /** Folders of the playbooks: their group_vars/ and host_vars/ count too. */
  readonly playbookDirs: readonly string[]
  readonly warn: Warn
  /** Evaluates the expressions of inventory plugins. */
  readonly engine: TemplateEngine
  readonly extraVars?: VarMap | undefined
  readonly decrypt?: ((text: string) => string) | undefined
  readonly settings?: InventorySettings | undefined
  /** Facts of earlier runs, for expressions. */
  readonly facts?: ((host: string) => ValueRecord | undefined) | undefined
  readonly cache?: InventoryCache | undefined
  /** Executable inventories are asked anew. */
  readonly flushCache?: boolean | undefined
}

/**
 * Reads inventories in order, later ones adding to and winning over earlier ones: files (YAML, INI, TOML), executable programs,
 * configurations of the plugins `constructed` and `generator`, folders of these, and host lists with a comma (`web1,web2`, `localhost,`).
 * @throws RunnerError `not-found`, `yaml`, `inventory` or `variable`, with the place
 */
export async function loadInventory(sources: readonly string[], options: InventoryOptions): Promise<Inventory> {
  const yaml: YamlOptions = { warn: options.warn, decrypt: options.decrypt }
  const folders = new VarsFolders(yaml)
  const read = (fromCache: boolean): Promise<ReadInventory> => readSources(sources, { options, yaml, folders, fromCache })
  return new LoadedInventory(await read(options.flushCache !== true), {
    inventoryDirs: unique(sources.filter((source) => !isHostList(source)).map(folderOfSource)),
    playbookDirs: unique(options.playbookDirs.map((dir) => resolve(dir))),
    folders,
    mismatch: (options.settings ?? INVENTORY_DEFAULTS).mismatch,
    readAgain: () => read(false),
  })
}

interface Reading {
  readonly options: InventoryOptions
  readonly yaml: YamlOptions
  readonly folders: VarsFolders
  readonly fromCache: boolean
}

async function readSources(sources: readonly string[], reading: Reading): Promise<ReadInventory> {
  const { warn, settings = INVENTORY_DEFAULTS } = reading.options
  const enabled = sources.length === 0 ? settings.plugins : enabledPlugins(settings.plugins, warn)
  const ignored = ignoredNames(settings)
  const groups = new Groups(settings.groupCharacters)
  const read: string[] = []
  for (const source of sources) {
    for (const { text, isFile } of filesOf(source, ignored)) {
      groups.source = text
      const found = new SourceText(text, isFile, reading.yaml)
      await readWithPlugin(found, enabled, { ...contextOf(reading, groups), dirs: unique(read.map((path) => dirname(path))) })
      if (isFile) read.push(text)
    }
  }
  groups.source = undefined
  groups.settle()
  warnOfNames(groups, settings, warn)
  if (read.length === 0 && groups.hosts.size === 0) tellOfNone(settings, warn)
  return { groups, sources: read }
}

function contextOf({ options, folders, fromCache }: Reading, groups: Groups): Omit<Parameters<typeof readWithPlugin>[2], 'dirs'> {
  const { engine, warn, extraVars = NO_VARS, facts = () => undefined, decrypt, cache, settings = INVENTORY_DEFAULTS } = options
  return { groups, engine, warn, extraVars, folders, facts, cache, fromCache, decrypt, useExtraVars: settings.useExtraVars }
}

interface Found {
  readonly text: string
  readonly isFile: boolean
}

/** A list of hosts, a file, or the files of a folder and those below it, sorted. */
function filesOf(source: string, ignored: (name: string) => boolean): readonly Found[] {
  if (isHostList(source)) return [{ text: source, isFile: false }]
  const path = resolve(source)
  if (statSync(path, { throwIfNoEntry: false }) === undefined) {
    throw new RunnerError('not-found', `the inventory ${source} does not exist`, { hint: 'a list of hosts needs a comma: -i host,' })
  }
  if (!isFolder(path)) return [{ text: path, isFile: true }]
  const names = readdirSync(path).filter((name) => !ignored(name))
  return names.sort().flatMap((name) => filesOf(join(path, name), ignored))
}

const IGNORED_ALWAYS = /^\.|^(?:group_vars|host_vars|vars_plugins)$/

function ignoredNames({ ignoredExtensions, ignoredPatterns }: InventorySettings): (name: string) => boolean {
  const patterns = ignoredPatterns.map((pattern) => {
    try {
      return new RegExp(pattern)
    } catch (error) {
      throw new RunnerError('options', `ignore_patterns: ${pattern} is not a regular expression`, { cause: error })
    }
  })
  return (name) =>
    IGNORED_ALWAYS.test(name) ||
    ignoredExtensions.some((extension) => name.endsWith(extension)) ||
    patterns.some((pattern) => pattern.test(name))
}

function tellOfNone({ unparsed }: InventorySettings, warn: Warn): void {
  if (unparsed === 'warning') warn('No inventory was parsed, only implicit localhost is available')
  if (unparsed === 'error')
    throw new RunnerError('inventory', 'No inventory was parsed, please check your configuration and options.', {
      hint: 'give one with -i',
    })
}

const LOCALHOST = new Set(['localhost', '127.0.0.1', '::1'])

function warnOfNames({ groups, hosts, invalidNames }: Groups, { groupCharacters }: InventorySettings, warn: Warn): void {
  if (invalidNames && groupCharacters === 'never')
    warn('Invalid characters were found in group names but not replaced, use -vvvv to see details')
  if (invalidNames && groupCharacters === 'always')
    warn('Invalid characters were found in group names and automatically replaced, use -vvvv to see details')
  const [first, ...others] = [...hosts.keys()].filter((name) => LOCALHOST.has(name))
  for (const name of others) warn(`A duplicate localhost-like entry was found (${name}). First found localhost was ${first ?? ''}`)
  for (const name of groups.keys()) if (hosts.has(name)) warn(`Found both group and host with same name: ${name}`)
}

function isHostList(source: string): boolean {
  return source.includes(',') && statSync(source, { throwIfNoEntry: false }) === undefined
}

function folderOfSource(source: string): string {
  return isFolder(source) ? resolve(source) : dirname(resolve(source))
}

function unique(paths: readonly string[]): readonly string[] {
  return [...new Set(paths)]
}
