import { posix } from 'node:path'
import { Failure, type FileState, fail, type ReadOnlyHost } from '../runner/module/index.ts'
import { isStat, type Owners, readIdentity, readOwners } from './_attributes.ts'
import { expandPath } from './_expand.ts'
import type { FileArgs, PathState } from './_file-args.ts'
import { readTimes, type WantedTimes } from './_file-times.ts'
import { readTree, type TreeEntry } from './_file-tree.ts'
import { readFolder, resolveLinks } from './_target.ts'

/** What the host has at a path, and around it as far as the task is about it. */
export interface PathView {
  readonly state: PathState
  /** As the task names it. */
  readonly path: string
  readonly file: FileState
  /** Where attributes go: behind a link, where the task follows them. */
  readonly real: { readonly path: string; readonly file: FileState }
  readonly owners: Owners
  /** Folders above a directory that is to be made, from the root down. */
  readonly above: readonly { readonly path: string; readonly file: FileState }[]
  /** What is in a directory, with `recurse`. */
  readonly inside: readonly TreeEntry[]
  /** What a link is to point to, where it leads. */
  readonly source: { readonly text: string; readonly path: string; readonly file: FileState } | undefined
  readonly times: WantedTimes
}

export async function readPath(host: ReadOnlyHost, task: FileArgs): Promise<PathView | Failure> {
  const path = tidy(await expandPath(host, task.path))
  const [file, given, early, me] = await Promise.all([
    host.file(path),
    task.src === undefined ? undefined : readSource(host, path, task.src),
    task.state === 'directory' || task.recurse ? readAbove(host, path) : [],
    task.state === 'absent' ? undefined : readIdentity(host),
  ])
  const state = task.state ?? impliedState(file, task)
  const source = given ?? (state === 'link' && file.type === 'link' ? await readSource(host, path, file.target ?? '') : undefined)
  const behind = task.follow && state !== 'absent' && (file.type === 'link' || state === 'link')
  const start = state === 'link' && source !== undefined ? source : { path, file }
  const real = behind ? await resolveLinks(host, start.path, start.file, {}) : { path, file }
  const [above, inside, times] = await Promise.all([
    real.path !== path && real.file.type === 'absent' && state === 'directory' ? readAbove(host, real.path) : early,
    task.recurse && real.file.type === 'directory' ? readTree(host, real.path) : [],
    readTimes(host, task, state),
  ])
  const names = state === 'absent' ? {} : await readOwners(host, task, real.file, ...inside.map((entry) => entry.file))
  if (names instanceof Failure) return names
  const owners = { ...names, me }
  return refusal({ state, path, file, real, source, task }) ?? { state, path, file, real, owners, above, inside, source, times }
}

/** Without `state` a path stays what it is. */
function impliedState(file: FileState, task: FileArgs): PathState {
  if (task.recurse) return 'directory'
  if (file.type === 'directory' || file.type === 'link') return file.type
  return 'file'
}

async function readSource(host: ReadOnlyHost, path: string, argument: string): Promise<NonNullable<PathView['source']>> {
  const text = await expandPath(host, argument)
  const at = posix.resolve(posix.dirname(path), text)
  return { text, path: at, file: await host.file(at) }
}

async function readAbove(host: ReadOnlyHost, path: string): Promise<PathView['above']> {
  const parts = path.split('/').filter((part) => part !== '')
  const paths = parts.slice(0, -1).map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)
  return Promise.all(paths.map(async (each) => ({ path: each, file: await readFolder(host, each) })))
}

interface Asked {
  readonly state: PathState
  readonly path: string
  readonly file: FileState
  readonly real: PathView['real']
  readonly source: PathView['source']
  readonly task: FileArgs
}

/** States that Ansible refuses to bring about. */
function refusal({ state, path, file, real, source, task }: Asked): Failure | undefined {
  const data = { path, state: kindOf(real.file) }
  if (state === 'file' && real.file.type === 'absent') return fail(`file (${path}) is absent, cannot continue`, { data })
  if (state === 'file' && real.file.type === 'directory') return fail(`file (${path}) is directory, cannot continue`, { data })
  if (state === 'directory' && isStat(real.file) && real.file.type !== 'directory')
    return fail(`${path} already exists as a ${kindOf(real.file)}`, { data })
  if (state === 'touch' && isStat(real.file) && !['file', 'directory'].includes(real.file.type))
    return fail(`Can only touch files, directories, and hardlinks (${path} is ${kindOf(real.file)})`, { data })
  return state === 'link' || state === 'hard' ? linkRefusal({ state, path, file, real, source, task }) : undefined
}

function linkRefusal({ state, path, file, source, task }: Asked): Failure | undefined {
  if (source === undefined) return fail('src is required for creating new symlinks', { data: { path } })
  const kind = state === 'link' ? 'symlink' : 'hardlink'
  if (source.file.type === 'absent' && (!task.force || state === 'hard')) {
    return fail(
      state === 'hard'
        ? 'src does not exist'
        : `src file does not exist, use "force=yes" if you really want to create the link: ${source.path}`,
      { data: { path, src: source.text } },
    )
  }
  if (file.type === 'directory' && (!task.force || state === 'hard'))
    return fail(`refusing to convert from directory to ${kind} for ${path}`, { data: { path } })
  if (state === 'link' && isStat(file) && !['link', 'directory'].includes(file.type) && !task.force)
    return fail(`refusing to convert from ${kindOf(file)} to symlink for ${path}`, { data: { path } })
  if (state === 'hard' && isStat(file) && !sameInode(file, source.file) && !task.force)
    return fail('Cannot link, file exists at destination', { data: { path, dest: path, src: source.text } })
  return undefined
}

export function sameInode(one: FileState, other: FileState): boolean {
  return isStat(one) && isStat(other) && one.inode === other.inode && one.dev === other.dev
}

/** Ansible's word for what a path is. */
export function kindOf(file: FileState): string {
  if (!isStat(file)) return file.type
  if (file.type === 'file') return file.nlink > 1 ? 'hard' : 'file'
  return file.type === 'directory' || file.type === 'link' ? file.type : 'file'
}

function tidy(path: string): string {
  return path === '/' ? path : path.replace(/\/+$/, '')
}
