import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, RunnerError } from '../../base/error.ts'
import { meetsVersion } from '../../base/version-range.ts'
import type { Io } from '../io.ts'
import { warnLine } from '../warn-line.ts'
import { archiveEntries } from './archive.ts'
import { buildCollection } from './build.ts'
import { withWorkingCopy } from './git.ts'
import { collectionRoot, type InstalledCollection, installedCollections } from './installed.ts'
import { type CollectionTree, collectionOf, titleOf } from './manifest.ts'
import type { CollectionRequirement } from './requirements.ts'
import { installTree } from './tree.ts'

export interface CollectionChoices {
  /** The folder that `ansible_collections` is in. */
  readonly path: string
  /** Where collections may be installed already. */
  readonly places: readonly string[]
  readonly force: boolean
  readonly upgrade: boolean
  readonly noDependencies: boolean
  readonly ignoreErrors: boolean
}

/** A collection that was read from its source. */
interface Wanted {
  readonly requirement: CollectionRequirement
  readonly tree: CollectionTree
}

/** Installs collections from folders, archives and repositories. All are read and checked before the first is written. */
export async function installCollections(
  requirements: readonly CollectionRequirement[],
  choices: CollectionChoices,
  io: Io,
): Promise<void> {
  const say = (text: string): void => {
    io.stdout.write(`${text}\n`)
  }
  const installed = installedCollections([choices.path, ...choices.places])
  const names = requirements.filter(({ kind }) => kind === 'name')
  const wanted: Wanted[] = []
  for (const requirement of requirements)
    if (requirement.kind !== 'name') wanted.push({ requirement, tree: await readTree(requirement, io) })
  const missing = names.filter(({ source, version }) => choices.force || !isThere(installed, source, version))
  const unmet = wanted.filter(({ tree }) => choices.force || !isThere(installed, fullName(tree), tree.info.version))
  if (unmet.length === 0 && missing.length === 0 && !choices.upgrade) {
    say('Nothing to do. All requested collections are already installed. If you want to reinstall them, consider using `--force`.')
    return
  }
  say('Process install dependency map')
  refuseNames(missing)
  if (!choices.noDependencies) refuseMissing(wanted, installed)
  say('Starting collection install process')
  for (const each of wanted) {
    if (unmet.includes(each)) installOne(each, choices, io)
    else say(`'${titleOf(each.tree.info)}' is already installed, skipping.`)
  }
}

function installOne({ requirement, tree }: Wanted, { path, ignoreErrors }: CollectionChoices, io: Io): void {
  const { namespace, name } = tree.info
  const folder = join(collectionRoot(path), namespace, name)
  const title = titleOf(tree.info)
  io.stdout.write(`Installing '${title}' to '${folder}'\n`)
  try {
    installTree(folder, tree.entries)
  } catch (error) {
    if (!ignoreErrors) throw error
    warnLine(io, `Failed to install collection ${title} but skipping due to --ignore-errors being set. Error: ${messageOf(error)}`)
    return
  }
  if (requirement.kind !== 'archive') io.stdout.write(`Created collection for ${title} at ${folder}\n`)
  io.stdout.write(`${title} was installed successfully\n`)
}

async function readTree({ kind, source, version, folder }: CollectionRequirement, io: Io): Promise<CollectionTree> {
  if (kind === 'archive') return checked(collectionOf(await archiveEntries(source), source), version, source)
  if (kind === 'directory') return checked(buildCollection(source), version, source)
  return withWorkingCopy({ url: source, version }, io, (copy) => {
    const place = join(copy, folder)
    if (!place.startsWith(copy) || !existsSync(place)) throw new RunnerError('not-found', `${source} has no folder '${folder}'`)
    return buildCollection(place)
  })
}

function checked(tree: CollectionTree, version: string, source: string): CollectionTree {
  if (meetsVersion(tree.info.version, version)) return tree
  throw new RunnerError('not-found', `${source} is ${titleOf(tree.info)}, which is not what the requirement '${version}' asks for`)
}

function refuseNames(missing: readonly CollectionRequirement[]): void {
  if (missing.length === 0) return
  const names = missing.map(({ source, version }) => `* ${source}:${version} (direct request)`)
  throw new RunnerError(
    'not-found',
    ['Failed to resolve the requested dependencies map. Could not satisfy the following requirements:', ...names].join('\n'),
    {
      hint: 'no Galaxy server is asked: name a folder, an archive (tar.gz) or a repository (git+URL) that has the collection',
    },
  )
}

/** What the collections need must be among them, or be installed. */
function refuseMissing(wanted: readonly Wanted[], installed: readonly InstalledCollection[]): void {
  const unmet = wanted.flatMap(({ tree }) =>
    Object.entries(tree.info.dependencies)
      .filter(
        ([name, range]) =>
          !isThere(installed, name, range) &&
          !wanted.some((other) => fullName(other.tree) === name && meetsVersion(other.tree.info.version, range)),
      )
      .map(([name, range]) => `* ${name}:${range} (dependency of ${titleOf(tree.info)})`),
  )
  if (unmet.length === 0) return
  throw new RunnerError(
    'not-found',
    ['Failed to resolve the requested dependencies map. Could not satisfy the following requirements:', ...unmet].join('\n'),
    {
      hint: 'add them to the requirements by folder, archive or repository, or give --no-deps',
    },
  )
}

function fullName({ info }: CollectionTree): string {
  return `${info.namespace}.${info.name}`
}

function isThere(installed: readonly InstalledCollection[], name: string, range: string): boolean {
  return installed.some((each) => each.name === name && meetsVersion(each.version, range))
}
