import { posix } from 'node:path'
import { Failure, type FileState, type FileWant, fail, type ReadOnlyHost } from '../runner/module/index.ts'
import { type Owners, readIdentity, readOwners, type WantedAttributes } from './_attributes.ts'
import { expandPath } from './_expand.ts'

/** A file that a task is about to write, as it is now. */
export interface Target {
  /** Where its bytes are: links are resolved where the task follows them. */
  readonly path: string
  readonly file: FileState
  readonly owners: Owners
  /** The folder it is to be in; asked only where the file does not exist. */
  readonly parent: FileState | undefined
}

export interface TargetOptions extends FileWant {
  readonly wanted: WantedAttributes
}

/** Text files are edited in memory; one larger than this is refused. */
export const MAX_TEXT = 64 * 1024 * 1024

/** Reads what a write needs to know in one request; an owner or group to be set, or a link, is another. */
export async function readTarget(host: ReadOnlyHost, argument: string, options: TargetOptions): Promise<Target | Failure> {
  const { wanted, follow = false, ...want } = options
  const path = await expandPath(host, argument)
  const [first, above, me] = await Promise.all([host.file(path, want), readFolder(host, posix.dirname(path)), readIdentity(host)])
  const at = follow ? await resolveLinks(host, path, first, want) : { path, file: first }
  const [parent, owners] = await Promise.all([parentOf(host, at, { path, above }), readOwners(host, wanted, at.file)])
  if (owners instanceof Failure) return owners
  return { ...at, owners: { ...owners, me }, parent }
}

/** A folder as one asks about it beside what is in it: one program looks at both, and once more only behind a link. */
export async function readFolder(host: ReadOnlyHost, path: string): Promise<FileState> {
  const state = await host.file(path)
  return state.type === 'link' ? host.file(path, { follow: true }) : state
}

/** The folder of a file that is missing; it was asked about already unless links led elsewhere. */
export function parentOf(
  host: ReadOnlyHost,
  at: { readonly path: string; readonly file: FileState },
  asked: { readonly path: string; readonly above: FileState },
): Promise<FileState> | FileState | undefined {
  if (at.file.type !== 'absent') return undefined
  return at.path === asked.path ? asked.above : readFolder(host, posix.dirname(at.path))
}

/** Where a path leads when its last component is a link; a dangling link gives the absent place it points to. */
export async function resolveLinks(
  host: ReadOnlyHost,
  path: string,
  file: FileState,
  want: FileWant,
): Promise<{ readonly path: string; readonly file: FileState }> {
  let at = { path, file }
  for (let hops = 0; hops < 40 && at.file.type === 'link'; hops += 1) {
    const next = posix.resolve(posix.dirname(at.path), at.file.target ?? '')
    at = { path: next, file: await host.file(next, want) }
  }
  return at
}

/** A failure where the folder of a new file is missing. */
export function missingParent(target: Target): Failure | undefined {
  const { parent } = target
  if (parent === undefined || parent.type === 'directory' || parent.type === 'unknown') return undefined
  return fail(`Destination directory ${posix.dirname(target.path)} does not exist`)
}
