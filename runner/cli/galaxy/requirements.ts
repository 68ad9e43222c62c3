import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { RunnerError } from '../../base/error.ts'
import type { Source } from '../../base/source.ts'
import { isList, isRecord, toPlain, type Value } from '../../base/value.ts'
import { readSource } from '../../load/source-file.ts'
import { parseYaml } from '../../load/yaml.ts'
import { isCollectionFolder } from './build.ts'

/** A collection that is wanted: where it is, or for one on a server only what it is called. */
export interface CollectionRequirement {
  readonly kind: 'directory' | 'archive' | 'git' | 'name'
  /** An absolute path, a repository's address, or `namespace.name`. */
  readonly source: string
  /** A range for a name, a branch, tag or commit for a repository. */
  readonly version: string
  /** The folder of a repository that the collection is in. */
  readonly folder: string
}

export interface RoleRequirement {
  readonly name: string
  readonly kind: 'directory' | 'archive' | 'git' | 'name'
  readonly source: string
  readonly version: string
}

export interface Requirements {
  readonly roles: readonly RoleRequirement[]
  readonly collections: readonly CollectionRequirement[]
}

/** Folders that relative sources start at, in order: where we were called, and the file's own. */
type Bases = readonly string[]

/** Reads a file of requirements: a list of roles, or `roles:` and `collections:`. */
export function readRequirements(file: string, cwd: string): Requirements {
  const path = resolve(cwd, file)
  if (!existsSync(path)) throw new RunnerError('not-found', `The requirements file '${path}' does not exist.`)
  const node = parseYaml(readSource(path))
  if (node === undefined || node.value === null) throw new RunnerError('syntax', `No requirements found in file '${path}'`)
  const { value, source } = node
  const bases = [cwd, dirname(path)]
  if (isList(value)) return { roles: value.flatMap((item) => roleItem(item, source, bases)), collections: [] }
  if (!isRecord(value)) throw new RunnerError('syntax', 'requirements are a list of roles, or a mapping', { source })
  const extra = Object.keys(value).filter((key) => key !== 'roles' && key !== 'collections')
  if (extra.length > 0)
    throw new RunnerError(
      'syntax',
      `Expecting only 'roles' and/or 'collections' as base keys in the requirements file. Found: ${extra.join(', ')}`,
      {
        source: node.entries?.get(extra[0] ?? '')?.key ?? source,
      },
    )
  return {
    roles: itemsOf(value['roles']).flatMap((item) => roleItem(item, source, bases)),
    collections: itemsOf(value['collections']).flatMap((item) => collectionItem(item, source, bases)),
  }
}

function itemsOf(value: Value | undefined): readonly Value[] {
  return value !== undefined && isList(value) ? value : []
}

function collectionItem(item: Value, source: Source, bases: Bases): readonly CollectionRequirement[] {
  if (typeof item === 'string') return collectionSource(item, bases)
  const name = textIn(item, 'name')
  const type = textIn(item, 'type')
  const from = type === 'galaxy' ? undefined : textIn(item, 'source')
  if (name === undefined && from === undefined)
    throw new RunnerError(
      'syntax',
      "Neither the collection requirement entry key 'name', nor 'source' point to a concrete resolvable collection artifact.",
      { source },
    )
  const version = textIn(item, 'version') ?? '*'
  const where = from !== undefined && type !== undefined ? from : (name ?? from ?? '')
  if (type === 'git') return [gitSource(where.replace(/^git\+/, ''), version)]
  return collectionSource(where, bases).map((found) => ({ ...found, version: version === '*' ? found.version : version }))
}

/** A source as it stands on a command line: a path, `git+URL#/folder,version`, `namespace.name:version`. */
export function collectionSource(text: string, bases: Bases): readonly CollectionRequirement[] {
  if (/^git[+@]/.test(text)) return [gitSource(text.replace(/^git\+/, ''), '*')]
  const path = bases.map((base) => resolve(base, text.replace(/^file:\/\//, ''))).find((each) => existsSync(each))
  if (path !== undefined && statSync(path).isFile()) return [{ kind: 'archive', source: path, version: '*', folder: '' }]
  if (path !== undefined) return collectionFolders(path)
  if (/^[\w.+-]+:\/\//.test(text))
    throw new RunnerError('not-found', `${text} is not fetched`, { hint: 'fetch the archive first, or name a repository with git+' })
  const [, name = text, version = '*'] = /^([^:]+):(.*)$/.exec(text) ?? []
  return [{ kind: 'name', source: name, version, folder: '' }]
}

/** A folder is a collection, or has collections in it, or namespaces with them. */
function collectionFolders(path: string): readonly CollectionRequirement[] {
  const one = (source: string): CollectionRequirement => ({ kind: 'directory', source, version: '*', folder: '' })
  if (isCollectionFolder(path)) return [one(path)]
  const below = readdirSync(path)
    .sort()
    .map((name) => join(path, name))
    .filter((folder) => statSync(folder).isDirectory() && isCollectionFolder(folder))
  if (below.length > 0) return below.map(one)
  throw new RunnerError('not-found', `${path} is no collection: it has no galaxy.yml and no MANIFEST.json`)
}

function gitSource(text: string, version: string): CollectionRequirement {
  const [, address = text, folder = '', last = ''] = /^([^#,]+)(?:#\/?([^,]*))?(?:,(.*))?$/.exec(text) ?? []
  return { kind: 'git', source: address, version: last === '' ? version : last, folder }
}

function roleItem(item: Value, source: Source, bases: Bases): readonly RoleRequirement[] {
  if (typeof item === 'string') return [roleSource(item, bases)]
  const include = textIn(item, 'include')
  if (include !== undefined) return readRequirements(include, bases[0] ?? '').roles
  const src = textIn(item, 'src') ?? textIn(item, 'role') ?? textIn(item, 'name')
  if (src === undefined) throw new RunnerError('syntax', 'Must specify name or src for role', { source })
  return [
    role(
      { src, name: textIn(item, 'name') ?? textIn(item, 'role'), version: textIn(item, 'version') ?? '', scm: textIn(item, 'scm') },
      bases,
    ),
  ]
}

/** A role as it stands on a command line: `SOURCE[,VERSION[,NAME]]`. */
export function roleSource(text: string, bases: Bases): RoleRequirement {
  const [src = '', version = '', name, ...more] = text.trim().split(',')
  if (more.length > 0) throw new RunnerError('syntax', `Invalid role line (${text}). Proper format is 'role_name[,version[,name]]'`)
  return role({ src, name, version, scm: undefined }, bases)
}

interface WrittenRole {
  readonly src: string
  readonly name: string | undefined
  readonly version: string
  readonly scm: string | undefined
}

function role({ src, name, version, scm }: WrittenRole, bases: Bases): RoleRequirement {
  const address = src.replace(/^git\+/, '')
  const git = scm === 'git' || src.startsWith('git+') || src.startsWith('git@') || /^https?:\/\/github\.com\/.*(?<!\.tar\.gz)$/.test(src)
  const shown = name ?? roleName(address)
  if (scm !== undefined && scm !== 'git') throw new RunnerError('syntax', `the role ${shown}: only git is fetched, not ${scm}`)
  if (git) return { name: shown, kind: 'git', source: address, version }
  const path = bases.map((base) => resolve(base, address)).find((each) => existsSync(each))
  if (path === undefined) return { name: shown, kind: 'name', source: address, version }
  return { name: shown, kind: statSync(path).isFile() ? 'archive' : 'directory', source: path, version }
}

/** `https://git.example.org/roles/web.git` is the role web; a path is its own name. */
function roleName(address: string): string {
  if (!address.includes('://') && !address.includes('@')) return address
  return (address.split('/').at(-1) ?? address).replace(/\.git$/, '').replace(/\.tar\.gz$/, '')
}

function textIn(item: Value, key: string): string | undefined {
  const value = isRecord(item) ? item[key] : undefined
  return value === undefined || value === null ? undefined : String(toPlain(value))
}
