import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path'
import { RunnerError } from '../base/error.ts'
import { isFile, isFolder } from '../base/paths.ts'
import type { Source } from '../base/source.ts'
import { filesBelow } from './_vars-dir.ts'
import type { VarEntry, VarMap } from './layer.ts'
import type { Node } from './node.ts'
import { readSource } from './source-file.ts'
import { loadVarsFile, NO_VARS } from './vars.ts'
import { parseYaml, type YamlOptions } from './yaml.ts'

/** Where roles are looked for, in order. */
export interface RolePlaces {
  readonly playbookDir: string
  readonly rolesPath: readonly string[]
  /** The folder of the role that asks, for dependencies. */
  readonly beside?: string | undefined
}

export interface FoundRole {
  /** Without the collection. */
  readonly name: string
  readonly collection?: string | undefined
  readonly path: string
}

/**
 * Finds a role by name or path: the playbook's `roles/`, the configured paths, beside the asking role, the playbook's folder.
 * @throws RunnerError `not-found` that lists the places
 */
export function findRole(name: string, places: RolePlaces, source: Source | undefined): FoundRole {
  const bases = [
    join(places.playbookDir, 'roles'),
    ...places.rolesPath,
    ...(places.beside === undefined ? [] : [places.beside]),
    places.playbookDir,
  ]
  const candidates = isAbsolute(name) ? [name] : bases.map((base) => resolve(base, name))
  const path = candidates.find(isFolder)
  if (path !== undefined) return { name: name.includes('/') ? basename(path) : name, path }
  throw new RunnerError('not-found', `the role '${name}' was not found`, {
    source,
    hint: `looked in ${[...new Set(candidates.map((at) => dirname(at)))].join(', ')}`,
  })
}

export interface RoleFiles {
  readonly tasks?: string | undefined
  readonly handlers?: string | undefined
  readonly vars?: string | undefined
  readonly defaults?: string | undefined
}

/** One list of tasks of a role: its file, and what is in it (undefined where the file is empty). */
export interface RolePart {
  readonly file: string
  readonly node: Node | undefined
}

export interface LoadedRole {
  readonly path: string
  readonly tasks: RolePart | undefined
  readonly handlers: RolePart | undefined
  readonly defaults: VarMap
  readonly vars: VarMap
  readonly meta: Node | undefined
  /** Entry point → its options and description, of meta/argument_specs or meta/main. */
  readonly argumentSpecs: Node | undefined
}

const EXTENSIONS = ['.yml', '.yaml', '.json', '']

/**
 * Reads a role's parts; `from` names other files than `main`.
 * @throws RunnerError `not-found` where a file that `from` names is missing, `syntax` where it lies outside the role
 */
export function loadRole(path: string, from: RoleFiles, options: YamlOptions): LoadedRole {
  const meta = readPart(path, 'meta', undefined, options)?.node
  const specs = partFile(path, 'meta', 'argument_specs')
  return {
    path,
    tasks: readPart(path, 'tasks', from.tasks, options),
    handlers: readPart(path, 'handlers', from.handlers, options),
    defaults: readVars(path, 'defaults', from.defaults, options),
    vars: readVars(path, 'vars', from.vars, options),
    meta,
    argumentSpecs: (specs === undefined ? meta : parseYaml(readSource(specs, options.decrypt), options))?.entries?.get('argument_specs')
      ?.node,
  }
}

function readPart(role: string, kind: string, from: string | undefined, options: YamlOptions): RolePart | undefined {
  const file = partFile(role, kind, from ?? 'main')
  if (file !== undefined) return { file, node: parseYaml(readSource(file, options.decrypt), options) }
  if (from === undefined) return undefined
  throw new RunnerError('not-found', `the role has no ${kind}/${from}`, { hint: `looked in ${join(role, kind)}` })
}

function readVars(role: string, kind: string, from: string | undefined, options: YamlOptions): VarMap {
  const folder = join(role, kind, from ?? 'main')
  if (isFolder(folder)) return mergeFiles(filesBelow(folder), options)
  const file = partFile(role, kind, from ?? 'main')
  if (file !== undefined) return loadVarsFile(file, options)
  if (from === undefined) return NO_VARS
  throw new RunnerError('not-found', `the role has no ${kind}/${from}`, { hint: `looked in ${join(role, kind)}` })
}

function mergeFiles(files: readonly string[], options: YamlOptions): VarMap {
  const all = new Map<string, VarEntry>()
  for (const file of files) for (const [name, entry] of loadVarsFile(file, options)) all.set(name, entry)
  return all
}

/** `tasks/main.yml` and its like; a name with its ending written out is found too, one outside the folder is refused. */
function partFile(role: string, kind: string, name: string): string | undefined {
  const folder = join(role, kind)
  const path = resolve(folder, name)
  if (!path.startsWith(folder + sep)) {
    throw new RunnerError('syntax', `${kind}/${name} is not inside the expected role path ${role}`)
  }
  return EXTENSIONS.map((extension) => `${path}${extension}`).find(isFile)
}
