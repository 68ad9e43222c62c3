import { readdirSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { isFolder } from '../base/paths.ts'
import type { VarEntry, VarMap } from './layer.ts'
import { loadVarsFile, NO_VARS } from './vars.ts'
import type { YamlOptions } from './yaml.ts'

const EXTENSIONS = ['', '.yml', '.yaml', '.json']

/** Reads `group_vars/` and `host_vars/`, each folder listed once and each file read once. */
export class VarsFolders {
  readonly #options: YamlOptions
  readonly #listed = new Map<string, ReadonlySet<string>>()
  readonly #read = new Map<string, VarMap>()

  constructor(options: YamlOptions) {
    this.#options = options
  }

  /** The variables of one name in one folder: a file without or with an extension, or a folder of files; the first form that exists. */
  vars(folder: string, name: string): VarMap {
    const path = join(folder, name)
    const known = this.#read.get(path)
    if (known !== undefined) return known
    const names = this.#list(folder)
    const found = EXTENSIONS.map((extension) => `${name}${extension}`).find((file) => names.has(file))
    const vars = found === undefined ? NO_VARS : this.#load(join(folder, found))
    this.#read.set(path, vars)
    return vars
  }

  #list(folder: string): ReadonlySet<string> {
    const known = this.#listed.get(folder)
    if (known !== undefined) return known
    const names = new Set(isFolder(folder) ? readdirSync(folder) : [])
    this.#listed.set(folder, names)
    return names
  }

  #load(path: string): VarMap {
    if (!statSync(path).isDirectory()) return loadVarsFile(path, this.#options)
    const all = new Map<string, VarEntry>()
    for (const file of filesBelow(path)) for (const [name, entry] of loadVarsFile(file, this.#options)) all.set(name, entry)
    return all
  }
}

/** Files of a folder of variables, sorted, hidden files, backups and other kinds left out. */
export function filesBelow(folder: string): readonly string[] {
  const names = readdirSync(folder)
    .filter((name) => !name.startsWith('.') && !name.endsWith('~'))
    .sort()
  return names.flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return filesBelow(path)
    return EXTENSIONS.includes(extname(name)) ? [path] : []
  })
}
