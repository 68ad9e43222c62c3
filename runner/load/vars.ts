import { resolve } from 'node:path'
import { RunnerError } from '../base/error.ts'
import { isList, isRecord, record, Secret, type Value } from '../base/value.ts'
import { type Binding, EMPTY_SCOPE, type Scope } from '../template/scope.ts'
import { VaultedNode } from './_tag.ts'
import { offsetSource, splitWords } from './key-value.ts'
import { LAYERS, type LayerName, type VarEntry, type VarLayer, type VarMap } from './layer.ts'
import type { Node } from './node.ts'
import { readSource } from './source-file.ts'
import { templateOf } from './text.ts'
import { parseYaml, type YamlOptions } from './yaml.ts'

export const NO_VARS: VarMap = new Map()

/**
 * A mapping as variables, each with the place of its key.
 * @throws RunnerError `variable` where the node is not a mapping
 */
export function varMap(node: Node | undefined): VarMap {
  if (node === undefined || node.value === null) return NO_VARS
  if (node.entries === undefined)
    throw new RunnerError('variable', 'variables must be a mapping of names to values', { source: node.source, hint: 'write name: value' })
  const vars = new Map<string, VarEntry>()
  for (const [name, { key, node: child }] of node.entries)
    vars.set(name, child instanceof VaultedNode ? lazyEntry(child, key) : { value: child.value, source: key })
  return vars
}

function lazyEntry(node: Node, source: VarEntry['source']): VarEntry {
  return {
    source,
    get value() {
      return node.value
    },
  }
}

/** A file of variables (YAML or JSON); an empty file has none. Of one that is encrypted as a whole, all texts are secrets. */
export function loadVarsFile(path: string, options: YamlOptions = {}): VarMap {
  const file = readSource(path, options.decrypt)
  const vars = varMap(parseYaml(file, options))
  if (file.secret !== true) return vars
  return new Map([...vars].map(([name, { value, source }]) => [name, { value: secretTexts(value), source }] as const))
}

/** Templates stay what they are: their own text is no value yet. */
function secretTexts(value: Value): Value {
  if (typeof value === 'string') return value === '' ? value : new Secret(value)
  if (isList(value)) return value.map(secretTexts)
  return isRecord(value) ? record(Object.entries(value).map(([key, item]) => [key, secretTexts(item)] as const)) : value
}

/** The values of `-e`: `k=v` words (always strings), YAML or JSON in braces, or `@file`. Later ones win. */
export function parseExtraVars(args: readonly string[], cwd: string, options: YamlOptions = {}): VarMap {
  const vars = new Map<string, VarEntry>()
  for (const arg of args) for (const [name, entry] of extraVars(arg.trim(), cwd, options)) vars.set(name, entry)
  return vars
}

function extraVars(arg: string, cwd: string, options: YamlOptions): VarMap {
  if (arg.startsWith('@')) return loadVarsFile(resolve(cwd, arg.slice(1)), options)
  const file = { path: '-e', text: arg }
  if (arg.startsWith('{') || arg.startsWith('[')) {
    const node = parseYaml(file, options)
    if (node !== undefined && !isRecord(node.value))
      throw new RunnerError('options', '-e takes a mapping, not a list', { source: node.source })
    return varMap(node)
  }
  const start = { file, line: 1, col: 1 }
  const vars = new Map<string, VarEntry>()
  for (const word of splitWords(arg, start)) {
    const source = offsetSource(start, arg, word.offset)
    if (word.key === undefined || word.key === '')
      throw new RunnerError('options', `-e takes name=value, got "${word.text}"`, {
        source,
        hint: 'use -e name=value, -e \'{"name": 1}\' or -e @file.yml',
      })
    vars.set(word.key, { value: templateOf(word.value, offsetSource(start, arg, word.valueOffset)), source })
  }
  return vars
}

/**
 * Looks names up in layers by the one precedence table (`LAYERS`); of two layers of the same name the later in the list wins.
 * `magic` (hostvars, inventory_hostname …) stands above all. Nothing is copied: made anew for each task of each host.
 */
export function createScope(layers: readonly VarLayer[], magic: Scope = EMPTY_SCOPE): Scope {
  const ranked = byRank(layers)
  return {
    get(name) {
      return magic.get(name) ?? lookUp(ranked, name)
    },
    *names() {
      const seen = new Set<string>()
      const all: Iterable<string>[] = [magic.names(), ...ranked.map(({ vars }) => vars.keys())]
      for (const names of all) {
        for (const name of names) {
          if (seen.has(name)) continue
          seen.add(name)
          yield name
        }
      }
    },
  }
}

function lookUp(ranked: readonly VarLayer[], name: string): Binding | undefined {
  for (const { layer, vars } of ranked) {
    const entry = vars.get(name)
    if (entry !== undefined) return { value: entry.value, layer, source: entry.source }
  }
  return undefined
}

const RANK: ReadonlyMap<LayerName, number> = new Map(LAYERS.map((name, at) => [name, at] as const))

function rankOf({ layer }: VarLayer): number {
  return RANK.get(layer) ?? 0
}

/** Highest first, and within one layer the later one; by insertion, since callers list them nearly in the order of the table. */
function byRank(layers: readonly VarLayer[]): readonly VarLayer[] {
  const ranked: VarLayer[] = []
  for (let at = layers.length - 1; at >= 0; at--) {
    const layer = layers[at]
    if (layer === undefined) continue
    const rank = rankOf(layer)
    let place = ranked.length
    for (let before = ranked[place - 1]; before !== undefined && rankOf(before) < rank; before = ranked[place - 1]) {
      ranked[place] = before
      place--
    }
    ranked[place] = layer
  }
  return ranked
}
