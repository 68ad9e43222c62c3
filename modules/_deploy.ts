import { posix } from 'node:path'
import { type Change, Failure, type FileState, fail, type ReadOnlyHost, unknownAfter } from '../runner/module/index.ts'
import {
  attributeChanges,
  attributeResult,
  attributesAfter,
  isStat,
  readIdentity,
  readOwners,
  type WantedAttributes,
} from './_attributes.ts'
import { sha256 } from './_bytes.ts'
import { expandPath } from './_expand.ts'
import { missingParent, parentOf, readFolder, resolveLinks, type Target } from './_target.ts'
import { type Content, writeChange } from './_write.ts'

/** What copy and template have in common: one content, one destination. */

/** The bytes to deploy. */
export interface Payload extends Content {
  readonly sha256: string
  readonly sha1?: string | undefined
  readonly size: number
  /** Of the source file, for `mode: preserve`. */
  readonly mode?: number | undefined
  /** What the file is called in a destination that is a folder; undefined where the destination must be a file. */
  readonly name?: string | undefined
}

export interface DeployArgs extends WantedAttributes {
  readonly dest: string
  readonly force: boolean
  readonly follow: boolean
  readonly backup: boolean
  readonly validate?: string | undefined
}

export interface Deployment {
  readonly payload: Payload
  readonly target: Target
  readonly wanted: WantedAttributes
  /** `dest` ended with a slash: its folder is made where it is missing. */
  readonly makeFolder: boolean
}

/** Old contents are read for `--diff` only up to this size. */
const MAX_DIFF = 104_448

/** Reads where the payload goes: one request, and another for an owner or group to be set. */
export async function readDeployment(
  host: ReadOnlyHost,
  task: DeployArgs,
  options: { readonly payload: Payload; readonly diff: boolean },
): Promise<Deployment | Failure> {
  const { payload } = options
  const wanted = { mode: preserved(task.mode, payload.mode), owner: task.owner, group: task.group }
  const want = { sha256: true, ...(options.diff ? { content: MAX_DIFF } : {}) }
  const [place, me] = await Promise.all([placeOf(host, task, { name: payload.name, want }), readIdentity(host)])
  if (place instanceof Failure) return place
  const { path, file, asked } = place
  const [parent, owners] = await Promise.all([parentOf(host, place, asked), readOwners(host, wanted, file)])
  if (owners instanceof Failure) return owners
  const target: Target = { path, file, parent, owners: { ...owners, me } }
  const makeFolder = task.dest.endsWith('/')
  const orphan = makeFolder ? undefined : missingParent(target)
  return orphan ?? { payload, target, wanted, makeFolder }
}

/** The changes that put the payload into its place. */
export function deploymentChanges(deployment: Deployment, task: DeployArgs): readonly Change[] {
  const { payload, target, wanted } = deployment
  const { file } = target
  if (file.type === 'unknown') return [overUnknown(deployment, task, file.reason)]
  if (!isStat(file)) return [change(deployment, task)]
  if (!task.force) return []
  if (file.type === 'file' && file.sha256 === undefined)
    return [{ ...change(deployment, task), certainty: 'maybe', why: `the content of ${target.path} is not known yet` }]
  return file.sha256 === payload.sha256 ? attributeChanges(target.path, file, wanted, target.owners) : [change(deployment, task)]
}

/**
 * A package to be installed may bring the file. A text of ours is not a package's, so that it is written in any case; of
 * an empty one, or one that does not replace another, that cannot be said.
 */
function overUnknown(deployment: Deployment, task: DeployArgs, why: string): Change {
  const { payload, target } = deployment
  const written = change(deployment, task)
  if (!task.force) return { ...written, certainty: 'maybe', why, effects: [unknownAfter('file', target.path, why)] }
  return payload.sha256 === EMPTY ? { ...written, certainty: 'maybe', why } : written
}

const EMPTY = sha256(Buffer.alloc(0))

/** The keys of Ansible's result for a deployed file. */
export function deploymentResult(deployment: Deployment, task: DeployArgs): Readonly<Record<string, unknown>> {
  const { payload, target, wanted } = deployment
  const kept = isStat(target.file) && !task.force
  return {
    dest: target.path,
    ...(payload.sha1 === undefined ? {} : { checksum: payload.sha1 }),
    size: kept && isStat(target.file) ? target.file.size : payload.size,
    state: 'file',
    ...attributeResult(attributesAfter(target.file, kept ? {} : wanted, target.owners)),
  }
}

/** `preserve` is the mode of the source. */
export function preserved(mode: string | undefined, source: number | undefined): string | undefined {
  return mode === 'preserve' ? (source ?? 0o644).toString(8).padStart(4, '0') : mode
}

function change(deployment: Deployment, task: DeployArgs): Change {
  const { payload, target, wanted, makeFolder } = deployment
  return writeChange({
    target,
    content: payload,
    wanted,
    backup: task.backup,
    validate: task.validate,
    parents: makeFolder ? 'create' : undefined,
    link: task.follow ? undefined : 'replace',
  })
}

interface Place {
  readonly path: string
  readonly file: FileState
  /** Where the look began, and the folder there. */
  readonly asked: { readonly path: string; readonly above: FileState }
}

/** The file to write: `dest` itself, or the payload's name in it where it is a folder or ends with a slash. */
async function placeOf(
  host: ReadOnlyHost,
  task: DeployArgs,
  options: { readonly name: string | undefined; readonly want: Parameters<ReadOnlyHost['file']>[1] },
): Promise<Place | Failure> {
  const dest = await expandPath(host, task.dest)
  const inFolder = (folder: string): string => posix.join(folder, options.name ?? '')
  const path = dest.endsWith('/') && options.name !== undefined ? inFolder(dest) : dest
  const found = await lookAt(host, path, { task, want: options.want })
  if (found.file.type !== 'directory') return found
  if (options.name === undefined) return fail('can not use content with a dir as dest')
  if (path !== dest) return fail(`${path} is a directory, a file is to be there`)
  const inside = await lookAt(host, inFolder(dest), { task, want: options.want })
  return inside.file.type === 'directory' ? fail(`${inside.path} is a directory, a file is to be there`) : inside
}

/** A link counts as what it points to; only with `follow` is that also the place to write. */
async function lookAt(
  host: ReadOnlyHost,
  path: string,
  how: { readonly task: DeployArgs; readonly want: Parameters<ReadOnlyHost['file']>[1] },
): Promise<Place> {
  const { follow } = how.task
  const parent = posix.dirname(path)
  const [file, above] = await Promise.all([
    host.file(path, { ...how.want, follow: !follow }),
    follow ? readFolder(host, parent) : host.file(parent, { follow: true }),
  ])
  const at = follow ? await resolveLinks(host, path, file, how.want ?? {}) : { path, file }
  return { ...at, asked: { path, above } }
}
