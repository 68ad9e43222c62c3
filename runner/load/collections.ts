import { basename, dirname, join, sep } from 'node:path'
import { isFile, isFolder } from '../base/paths.ts'
import { type CollectionRuntime, readRuntime } from './_collection-runtime.ts'

export type { ActionGroup, CollectionRuntime, Route } from './_collection-runtime.ts'

/** An installed collection: a folder `ansible_collections/NAMESPACE/NAME`. */
export interface Collection {
  /** `namespace.name` */
  readonly name: string
  readonly path: string
  /** What its meta/runtime.yml says. @throws RunnerError `yaml` or `syntax` when it is first asked for */
  readonly runtime: CollectionRuntime
}

/** The collections that playbooks can name. */
export interface Collections {
  /** The one of the first place that has it; the folder `collections` beside the playbook comes first. */
  find(name: string, playbookDir?: string): Collection | undefined
  /** The collection that a file or folder is part of, if it is the one that its name finds. */
  of(path: string, playbookDir?: string): Collection | undefined
}

/** `paths` are folders that have `ansible_collections` in them, or are it. `found` hears of each collection when it is first used. */
export function createCollections(paths: readonly string[], found: (collection: Collection) => void = nobody): Collections {
  const configured = paths.map(rootOf)
  const known = new Map<string, Collection | undefined>()
  const find = (name: string, playbookDir?: string): Collection | undefined => {
    const key = `${name}\0${playbookDir ?? ''}`
    if (known.has(key)) return known.get(key)
    const collection = lookUp(name, playbookDir === undefined ? configured : [join(playbookDir, 'collections'), ...configured])
    known.set(key, collection)
    if (collection !== undefined) found(collection)
    return collection
  }
  return {
    find,
    of(path, playbookDir) {
      const parts = path.split(sep)
      const at = parts.indexOf(FOLDER)
      const [namespace, name] = parts.slice(at + 1)
      if (at === -1 || namespace === undefined || name === undefined) return undefined
      const collection = find(`${namespace}.${name}`, playbookDir)
      return collection?.path === parts.slice(0, at + 3).join(sep) ? collection : undefined
    },
  }
}

function nobody(): void {
  // nobody wants to know
}

export const NO_COLLECTIONS: Collections = { find: () => undefined, of: () => undefined }

/** The folder in each place that holds the namespaces. */
export const FOLDER = 'ansible_collections'

function rootOf(path: string): string {
  return basename(path) === FOLDER ? dirname(path) : path
}

function lookUp(name: string, roots: readonly string[]): Collection | undefined {
  const [namespace, short, more] = name.split('.')
  if (namespace === undefined || short === undefined || more !== undefined) return undefined
  const path = roots.map((root) => join(root, FOLDER, namespace, short)).find(isFolder)
  if (path === undefined) return undefined
  let runtime: CollectionRuntime | undefined
  return {
    name,
    path,
    get runtime() {
      runtime ??= readRuntime(path)
      return runtime
    },
  }
}

/** A name with a collection in front: `namespace.name.resource`, perhaps with folders between. */
export interface QualifiedName {
  readonly collection: string
  /** Folders below the resource's own, and the resource. */
  readonly path: readonly string[]
}

/** Undefined for a name that has no collection in front. */
export function qualifiedName(name: string): QualifiedName | undefined {
  if (!/^\w+(\.\w+){2,}$/.test(name)) return undefined
  const [namespace = '', short = '', ...path] = name.split('.')
  return { collection: `${namespace}.${short}`, path }
}

/** The file of a playbook that is named with its collection; undefined where there is none. */
export function findCollectionPlaybook(name: string, collections: Collections, playbookDir?: string): string | undefined {
  const extension = /\.ya?ml$/.exec(name)?.[0] ?? ''
  const qualified = qualifiedName(name.slice(0, name.length - extension.length))
  const collection = qualified === undefined ? undefined : collections.find(qualified.collection, playbookDir)
  if (qualified === undefined || collection === undefined) return undefined
  const file = join(collection.path, 'playbooks', ...qualified.path)
  const endings = extension === '' ? ['', '.yml', '.yaml'] : [extension]
  return endings.map((ending) => file + ending).find(isFile)
}
