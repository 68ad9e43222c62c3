import { posix } from 'node:path'
import { z } from 'zod'
import { Unknown } from '../base/value.ts'
import { type Defined, defined } from './_defined.ts'
import type { FileStat } from './host.ts'

const NUMBER = z.number().optional()

/** The parts of a file's state that an effect may tell. */
const PATCH = z.object({
  type: z.enum(['file', 'directory', 'link', 'block', 'char', 'fifo', 'socket']).optional(),
  mode: NUMBER,
  uid: NUMBER,
  gid: NUMBER,
  owner: z.string().optional(),
  group: z.string().optional(),
  size: NUMBER,
  mtime: NUMBER,
  target: z.string().optional(),
  sha256: z.string().optional(),
  content: z.instanceof(Buffer).optional(),
})

const GONE = z.object({ type: z.literal('absent') })
const DOUBTFUL = z.object({ type: z.literal('unknown'), reason: z.string() })

export type FilePatch = Defined<z.infer<typeof PATCH>>

type Belief =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly reason: string }
  | {
      readonly kind: 'present'
      readonly patch: FilePatch
      readonly rewritten: boolean
      readonly onto: 'real' | 'nothing'
      readonly at: number
    }

/** How to answer for a path: from the prediction, from the real host, or from both. */
export type FileView =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly reason: string }
  | {
      readonly kind: 'patched'
      readonly path: string
      readonly patch: FilePatch
      readonly rewritten: boolean
      readonly onto: 'real' | 'nothing'
    }
  | { readonly kind: 'real'; readonly path: string; readonly madeFolder: { readonly path: string; readonly at: number } | undefined }

const MOST_LINKS = 40

/** What simulated changes make true of paths on one host. */
export class FileBeliefs {
  readonly #beliefs = new Map<string, Belief>()

  set(path: string, state: unknown, at: number): void {
    const key = normalPath(path)
    if (state instanceof Unknown) this.#beliefs.set(key, { kind: 'unknown', reason: state.reason })
    else if (GONE.safeParse(state).success) this.#remove(key)
    else if (DOUBTFUL.safeParse(state).success) this.#beliefs.set(key, { kind: 'unknown', reason: DOUBTFUL.parse(state).reason })
    else this.#patch(key, state, at)
  }

  /** Whether something is predicted to be somewhere below the folder, which must then be there itself. */
  hasBelow(path: string): boolean {
    const prefix = `${normalPath(path)}/`
    for (const [key, belief] of this.#beliefs) if (belief.kind === 'present' && key.startsWith(prefix)) return true
    return false
  }

  look(path: string, follow: boolean, links = 0): FileView {
    const key = normalPath(path)
    const exact = this.#beliefs.get(key)
    if (exact === undefined) return this.#lookAbove(key, follow, links)
    if (exact.kind !== 'present') return exact
    if (follow && exact.patch.type === 'link' && exact.patch.target !== undefined && links < MOST_LINKS) {
      return this.look(posix.resolve(posix.dirname(key), exact.patch.target), follow, links + 1)
    }
    return { kind: 'patched', path: key, patch: exact.patch, rewritten: exact.rewritten, onto: exact.onto }
  }

  /** Programs that predicted files are. */
  *paths(): Iterable<string> {
    for (const [path, belief] of this.#beliefs) if (belief.kind === 'present' && belief.patch.type !== 'directory') yield path
  }

  #lookAbove(key: string, follow: boolean, links: number): FileView {
    for (let folder = posix.dirname(key); folder !== posix.dirname(folder); folder = posix.dirname(folder)) {
      const belief = this.#beliefs.get(folder)
      if (belief === undefined) continue
      if (belief.kind !== 'present') return belief
      const { type = 'directory', target } = belief.patch
      if (type === 'link' && target !== undefined && links < MOST_LINKS) {
        return this.look(posix.join(posix.resolve(posix.dirname(folder), target), key.slice(folder.length)), follow, links + 1)
      }
      if (type !== 'directory' || belief.onto === 'nothing') return { kind: 'absent' }
      return { kind: 'real', path: key, madeFolder: { path: folder, at: belief.at } }
    }
    return { kind: 'real', path: key, madeFolder: undefined }
  }

  #remove(key: string): void {
    for (const other of this.#beliefs.keys()) if (other.startsWith(`${key}/`)) this.#beliefs.delete(other)
    this.#beliefs.set(key, { kind: 'absent' })
  }

  #patch(key: string, state: unknown, at: number): void {
    const patch: FilePatch = defined(PATCH.parse(state))
    const rewritten = typeof state === 'object' && state !== null && ['content', 'sha256'].some((name) => Object.hasOwn(state, name))
    const old = this.#beliefs.get(key)
    if (old?.kind === 'present' && (patch.type === undefined || patch.type === old.patch.type)) {
      const kept = rewritten ? withoutContent(old.patch) : old.patch
      this.#beliefs.set(key, { ...old, patch: { ...kept, ...patch }, rewritten: rewritten || old.rewritten, at })
      return
    }
    this.#beliefs.set(key, {
      kind: 'present',
      patch,
      rewritten,
      onto: old === undefined || old.kind === 'unknown' ? 'real' : 'nothing',
      at,
    })
  }
}

/** The real state with the prediction laid over it. */
export function patchedFile(real: FileStat | undefined, patch: FilePatch, rewritten: boolean): FileStat {
  const type = patch.type ?? real?.type ?? 'file'
  const same = real?.type === type ? real : undefined
  const base = same === undefined ? newFile(type) : rewritten ? { ...same, content: undefined, sha256: undefined } : same
  return {
    ...base,
    ...patch,
    type,
    ...principal(base, patch),
  }
}

/** Who owns it: a name without a number, or a number without a name, must not keep the other one's old value. */
function principal(base: FileStat, patch: FilePatch): Pick<FileStat, 'owner' | 'uid' | 'group' | 'gid'> {
  const owner = patch.owner ?? (patch.uid === undefined || patch.uid === base.uid ? base.owner : String(patch.uid))
  const group = patch.group ?? (patch.gid === undefined || patch.gid === base.gid ? base.group : String(patch.gid))
  return {
    owner,
    uid: patch.uid ?? (owner === base.owner ? base.uid : UNKNOWN_ID),
    group,
    gid: patch.gid ?? (group === base.group ? base.gid : UNKNOWN_ID),
  }
}

/** The number of a name that the host is still to choose. */
export const UNKNOWN_ID = -1

const NEW_MODES: Partial<Record<FileStat['type'], number>> = { directory: 0o755, link: 0o777 }

export function newFile(type: FileStat['type']): FileStat {
  const mode = NEW_MODES[type] ?? 0o644
  return { type, mode, uid: 0, gid: 0, owner: 'root', group: 'root', size: 0, mtime: 0, atime: 0, ctime: 0, inode: 0, dev: 0, nlink: 1 }
}

function withoutContent(patch: FilePatch): FilePatch {
  const rest = { ...patch }
  delete rest.content
  delete rest.sha256
  delete rest.size
  return rest
}

function normalPath(path: string): string {
  const normal = posix.normalize(path)
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal
}
