import { posix } from 'node:path'
import { Failure, type FileState, type FileWant, fail, type ReadOnlyHost } from '../runner/module/index.ts'
import { type Owners, readOwners, type WantedAttributes } from './_attributes.ts'
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

/** Reads what a write needs to know: one request where the file exists, two where it does not. */
export async function readTarget(host: ReadOnlyHost, argument: string, options: TargetOptions): Promise<Target | Failure> {
  const { wanted, follow = false, ...want } = options
  const path = await expandPath(host, argument)
  const first = await host.file(path, want)
  const at = follow ? await resolveLinks(host, path, first, want) : { path, file: first }
  const absent = at.file.type === 'absent'
  const [parent, owners] = await Promise.all([
    absent ? host.file(posix.dirname(at.path), { follow: true }) : undefined,
    readOwners(host, wanted, at.file),
  ])
  if (owners instanceof Failure) return owners
  return { ...at, owners, parent }
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
