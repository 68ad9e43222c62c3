import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { z } from 'zod'
import { messageOf, RunnerError } from '../base/error.ts'
import { type AnyModule, asModule } from './_contract.ts'
import { foreignModule, moduleFile } from './foreign.ts'
import type { ActionSpec, ForeignModule, Registry } from './registry.ts'

export interface RegistryOptions {
  /** Folder of the product's own modules. */
  readonly builtinDir: URL | string
  /** What only the controller does, and modules given as they are. */
  readonly actions: readonly ActionSpec[]
  readonly warn: (message: string) => void
}

/** Names are read from the folder's listing at once; a module's file is loaded when it is first asked for. */
export function createRegistry(options: RegistryOptions): Registry {
  const actions = new Map(options.actions.map((action) => [action.name, action]))
  const builtins = listModules(options.builtinDir instanceof URL ? fileURLToPath(options.builtinDir) : options.builtinDir)
  const load = remember(async (file: string) => specOf(await importModule(file)))
  const builtin = async (name: string): Promise<ActionSpec | undefined> => {
    const file = builtins.get(name)
    return actions.get(name) ?? (file === undefined ? undefined : load(file))
  }
  const specOfFile = async (file: string, name: string): Promise<ActionSpec> =>
    isContract(file) ? load(file) : foreignSpec(name, foreignModule(file))
  return {
    async find(name, from = []) {
      const { collection, short } = splitName(name)
      const own =
        collection === undefined || collection === 'ansible.legacy' ? firstIn(from, (folder) => userModule(short, folder)) : undefined
      if (own !== undefined) return specOfFile(own, short)
      if (collection === undefined || isOwnCollection(collection)) return builtin(short)
      return findQualified(name, { short, builtins, load })
    },
    async inFolder(name, folder) {
      const file = userModule(name, folder)
      return file === undefined ? undefined : specOfFile(file, name)
    },
    names: () => [...new Set([...actions.keys(), ...builtins.keys()])].sort(),
  }
}

/** Collections whose modules are looked up by their last word alone. */
function isOwnCollection(collection: string): boolean {
  return (
    collection === 'ansible.builtin' ||
    collection === 'ansible.legacy' ||
    collection === 'ansible.posix' ||
    collection.startsWith('community.')
  )
}

function splitName(name: string): { readonly collection: string | undefined; readonly short: string } {
  const parts = name.split('.')
  const short = parts.at(-1) ?? name
  return parts.length < 3 ? { collection: undefined, short: name } : { collection: parts.slice(0, -1).join('.'), short }
}

interface Builtins {
  readonly short: string
  readonly builtins: ReadonlyMap<string, string>
  readonly load: (file: string) => Promise<ActionSpec>
}

/** A module of another collection says itself which names it goes by (`fqcn`); the file of the same name is looked at first. */
async function findQualified(name: string, { short, builtins, load }: Builtins): Promise<ActionSpec | undefined> {
  const likely = builtins.get(short)
  const files = likely === undefined ? [...builtins.values()] : [likely, ...builtins.values()]
  for (const file of files) {
    const spec = await load(file)
    if (spec.module?.fqcn?.includes(name) === true) return spec
  }
  return undefined
}

const MODULE_FILE = /^([A-Za-z][A-Za-z0-9_]*)\.(ts|js|mjs)$/

/** Module names of a folder and their files; what starts with `_` is shared code. */
export function listModules(folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  if (!existsSync(folder)) return found
  for (const file of readdirSync(folder).sort()) {
    const name = MODULE_FILE.exec(file)?.[1]
    if (name !== undefined) found.set(name, join(folder, file))
  }
  return found
}

function firstIn<T>(folders: readonly string[], find: (folder: string) => T | undefined): T | undefined {
  for (const folder of folders) {
    const found = find(folder)
    if (found !== undefined) return found
  }
  return undefined
}

/** A module of our kind, or else a program. */
function userModule(name: string, folder: string): string | undefined {
  if (!/^[A-Za-z]\w*$/.test(name)) return undefined
  const ours = ['.ts', '.js', '.mjs'].map((extension) => resolve(folder, name + extension)).find((file) => existsSync(file))
  return ours ?? moduleFile(folder, name)
}

/** A script for Node begins with `#!`; a module of our kind is never run by itself. */
function isContract(file: string): boolean {
  return /\.(ts|js|mjs)$/.test(file) && !readFileSync(file, 'utf8').startsWith('#!')
}

function foreignSpec(name: string, foreign: ForeignModule): ActionSpec {
  return { name, kind: 'module', args: z.looseObject({}), aliases: {}, freeForm: undefined, rawArgs: [], module: undefined, foreign }
}

/** Loads one module file. @throws RunnerError `syntax` with the file, where it does not load or does not keep the contract */
export async function importModule(file: string): Promise<AnyModule> {
  if (!isOurs(file)) {
    const { supportUserModules } = await import('./_user-modules.ts')
    supportUserModules()
  }
  const namespace = await importFile(file)
  return asModule(namespace, file)
}

/** Our own modules need no loader: they are compiled, or the development loader runs already. */
function isOurs(file: string): boolean {
  return pathToFileURL(file).href.startsWith(new URL('../../modules/', import.meta.url).href)
}

async function importFile(file: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(file).href)
  } catch (error) {
    throw new RunnerError('syntax', `the module file ${file} does not load: ${messageOf(error)}`, { cause: error })
  }
}

function specOf(module: AnyModule): ActionSpec {
  return {
    name: module.name,
    kind: 'module',
    args: module.args,
    aliases: module.aliases ?? {},
    freeForm: module.freeForm,
    rawArgs: [],
    module,
  }
}

function remember<T>(make: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const made = new Map<string, Promise<T>>()
  return (key) => {
    const before = made.get(key)
    if (before !== undefined) return before
    const promise = make(key)
    made.set(key, promise)
    return promise
  }
}
