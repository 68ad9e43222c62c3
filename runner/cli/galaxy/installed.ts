import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isFolder } from '../../base/paths.ts'
import { isRecord, toPlain } from '../../base/value.ts'
import { FOLDER } from '../../load/collections.ts'
import { readSource } from '../../load/source-file.ts'
import { parseYaml } from '../../load/yaml.ts'
import { describe, isCollectionFolder } from './build.ts'

export interface InstalledCollection {
  /** `namespace.name` */
  readonly name: string
  readonly version: string
  /** The folder `ansible_collections` that it is in. */
  readonly root: string
}

/** `PATH/ansible_collections`, however much of it was given. */
export function collectionRoot(path: string): string {
  return basename(path) === FOLDER ? path : join(path, FOLDER)
}

/** The collections of some places, each place by name. */
export function installedCollections(places: readonly string[]): readonly InstalledCollection[] {
  return [...new Set(places.map(collectionRoot))].flatMap((root) =>
    foldersIn(root).flatMap((namespace) =>
      foldersIn(join(root, namespace)).flatMap((name) => {
        const folder = join(root, namespace, name)
        return isCollectionFolder(folder) ? [{ name: `${namespace}.${name}`, version: versionOf(folder), root }] : []
      }),
    ),
  )
}

/** A collection whose description cannot be read is there, in no version that anybody asks for. */
function versionOf(folder: string): string {
  try {
    return describe(folder).info.version
  } catch {
    return '*'
  }
}

export interface InstalledRole {
  readonly name: string
  readonly version: string | undefined
}

/** Where the installer keeps what it knows of a role. */
export const ROLE_RECORD = 'meta/.galaxy_install_info'

/** The roles of one place: folders with a meta/main.yml. */
export function installedRoles(place: string): readonly InstalledRole[] {
  return foldersIn(place)
    .filter((name) => isRole(join(place, name)))
    .map((name) => ({ name, version: roleVersion(join(place, name)) }))
}

export function isRole(folder: string): boolean {
  return ['main.yml', 'main.yaml'].some((file) => existsSync(join(folder, 'meta', file)))
}

/** Undefined where the role was not installed by an installer, or without a version. */
export function roleVersion(folder: string): string | undefined {
  const file = join(folder, ROLE_RECORD)
  if (!existsSync(file) || readFileSync(file, 'utf8') === '') return undefined
  const value = parseYaml(readSource(file))?.value ?? null
  const version = isRecord(value) ? value['version'] : undefined
  return version === undefined || version === null || version === '' ? undefined : String(toPlain(version))
}

function foldersIn(path: string): readonly string[] {
  if (!isFolder(path)) return []
  return readdirSync(path)
    .filter((name) => !name.startsWith('.') && isFolder(join(path, name)))
    .sort()
}
