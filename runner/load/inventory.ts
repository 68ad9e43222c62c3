import { accessSync, constants, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { messageOf, RunnerError } from '../base/error.ts'
import { Groups } from './_groups.ts'
import { hostNames, readIniInventory } from './_inventory-ini.ts'
import { readScriptInventory } from './_inventory-script.ts'
import { readYamlInventory } from './_inventory-yaml.ts'
import { LoadedInventory } from './_loaded-inventory.ts'
import { VarsFolders } from './_vars-dir.ts'
import type { Inventory } from './inventory-types.ts'
import type { VarMap } from './layer.ts'
import { readSource } from './source-file.ts'
import type { Warn } from './warn.ts'
import { parseYaml, type YamlOptions } from './yaml.ts'

export interface InventoryOptions {
  /** Folders of the playbooks: their group_vars/ and host_vars/ count too. */
  readonly playbookDirs: readonly string[]
  readonly warn: Warn
  readonly extraVars?: VarMap | undefined
  readonly decrypt?: ((text: string) => string) | undefined
}

/**
 * Reads inventories in order, later ones adding to and winning over earlier ones: files (YAML, INI), executable scripts,
 * folders of these, and host lists with a comma (`web1,web2`, `localhost,`).
 * @throws RunnerError `not-found`, `yaml`, `inventory` or `variable`, with the place
 */
export function loadInventory(sources: readonly string[], options: InventoryOptions): Promise<Inventory> {
  return Promise.resolve().then(() => {
    const groups = new Groups()
    const yaml: YamlOptions = { warn: options.warn, decrypt: options.decrypt }
    const read: string[] = []
    for (const source of sources) readSourceInto(source, { groups, yaml, warn: options.warn, read })
    groups.settle()
    const roots = sources
      .filter((source) => !isHostList(source))
      .map((source) => (isFolder(source) ? resolve(source) : dirname(resolve(source))))
    return new LoadedInventory({
      groups,
      inventoryDirs: unique(roots),
      playbookDirs: unique(options.playbookDirs.map((dir) => resolve(dir))),
      folders: new VarsFolders(yaml),
      sources: read,
    })
  })
}

interface Reading {
  readonly groups: Groups
  readonly yaml: YamlOptions
  readonly warn: Warn
  readonly read: string[]
}

function readSourceInto(source: string, reading: Reading): void {
  if (isHostList(source)) {
    const place = { file: { path: '-i', text: source }, line: 1, col: 1 }
    for (const name of source
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')) {
      for (const host of hostNames(name, place)) {
        const data = reading.groups.addHost(host.name, 'ungrouped')
        if (host.port !== undefined) data.vars.set('ansible_port', { value: host.port, source: place })
      }
    }
    return
  }
  const path = resolve(source)
  if (statSync(path, { throwIfNoEntry: false }) === undefined) {
    throw new RunnerError('not-found', `the inventory ${source} does not exist`, { hint: 'a list of hosts needs a comma: -i host,' })
  }
  if (isFolder(path)) readFolder(path, reading)
  else readFile(path, reading)
}

const IGNORED = /^\.|^(?:group_vars|host_vars|vars_plugins)$|(?:~|\.(?:orig|bak|ini|cfg|retry|txt|md|rst|pyc|pyo|swp|rpm))$/

function readFolder(path: string, reading: Reading): void {
  for (const name of readdirSync(path).sort()) {
    if (IGNORED.test(name)) continue
    const child = join(path, name)
    if (isFolder(child)) readFolder(child, reading)
    else readFile(child, reading)
  }
}

function readFile(path: string, reading: Reading): void {
  reading.read.push(path)
  if (isExecutable(path) && readSource(path).text.startsWith('#!')) {
    readScriptInventory(path, reading.groups)
    return
  }
  const file = readSource(path, reading.yaml.decrypt)
  if (!looksLikeYaml(path, file.text)) {
    readIniInventory(file, reading.groups)
    return
  }
  const root = parseYaml(file, reading.yaml)
  if (root !== undefined) readYamlInventory(root, reading.groups, reading.warn)
}

/** By name; a file without one of the usual endings by its first line that says something. */
function looksLikeYaml(path: string, text: string): boolean {
  if (/\.(ya?ml|json)$/.test(path)) return true
  if (/\.ini$/.test(path)) return false
  const line = text.split('\n').find((part) => part.trim() !== '' && !/^\s*[#;]/.test(part)) ?? ''
  return /^(---|\{)/.test(line) || /^[\w.-]+:\s*(#.*)?$/.test(line)
}

function isHostList(source: string): boolean {
  return source.includes(',') && statSync(source, { throwIfNoEntry: false }) === undefined
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return (statSync(path).mode & 0o111) !== 0
  } catch (error) {
    if (/EACCES/.test(messageOf(error))) return false
    throw new RunnerError('not-found', `cannot read ${basename(path)}: ${messageOf(error)}`, { cause: error })
  }
}

function unique(paths: readonly string[]): readonly string[] {
  return [...new Set(paths)]
}
