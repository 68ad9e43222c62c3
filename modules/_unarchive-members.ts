import { posix } from 'node:path'
import {
  type ArchiveMember,
  directoryCreated,
  type Effect,
  type FileState,
  fileWritten,
  linkCreated,
  type ReadOnlyHost,
} from '../runner/module/index.ts'
import { attributesAfter, type Identity, isStat, type Owners } from './_attributes.ts'
import { definedAttributes } from './_effects.ts'
import type { UnarchiveArgs } from './_unarchive-args.ts'

/** A member of an archive and the place on the host that it is for. */
export interface Placed {
  readonly member: ArchiveMember
  /** Absolute. */
  readonly path: string
  readonly file: FileState
  /** Of a hard link: what the name that it links to is now. */
  readonly linked?: FileState | undefined
}

/** Options that change neither what is unpacked nor where. */
const HARMLESS = /^(-v|--verbose|-o|--no-same-owner|-q|-p|--preserve-permissions|--same-owner|--strip-components=\d+|--strip=\d+)$/

/** Where the members go by the task's options; undefined where only tar itself can tell. */
export function placesOf(members: readonly ArchiveMember[], task: UnarchiveArgs): readonly ArchiveMember[] | undefined {
  if (!task.extra_opts.every((option) => HARMLESS.test(option))) return undefined
  const strip = Number(task.extra_opts.map((option) => /=(\d+)$/.exec(option)?.[1]).find((count) => count !== undefined) ?? 0)
  const excluded = task.exclude.map(excludePattern)
  return members.flatMap((member) => {
    const path = member.path.replace(/^\/+/, '')
    const bare = path.replace(/\/+$/, '')
    if (excluded.some((pattern) => pattern.test(bare))) return []
    if (task.include.length > 0 && !task.include.some((name) => isBelow(bare, name.replace(/\/+$/, '')))) return []
    const rest = stripped(path, strip)
    return rest === ''
      ? []
      : [{ ...member, path: rest, ...(member.type === 'hardlink' ? { target: stripped(member.target ?? '', strip) } : {}) }]
  })
}

function stripped(path: string, count: number): string {
  if (count === 0) return path
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  return parts.length <= count ? '' : `${parts.slice(count).join('/')}${path.endsWith('/') ? '/' : ''}`
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}

/** As GNU tar takes `--exclude`: from the start of any part of the name, `*` over slashes too, and all that is below. */
function excludePattern(text: string): RegExp {
  const pattern = text
    .replace(/\/+$/, '')
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`(^|/)${pattern}($|/)`, 's')
}

/** Looks at the places of all members in one request. */
export async function readPlaces(host: ReadOnlyHost, dest: string, members: readonly ArchiveMember[]): Promise<readonly Placed[]> {
  return Promise.all(
    members.map(async (member) => {
      const path = posix.join(dest, member.path).replace(/(?<=.)\/+$/, '')
      const [file, linked] = await Promise.all([
        host.file(path, { sha256: member.type === 'file' }),
        member.type === 'hardlink' ? host.file(posix.join(dest, member.target ?? '')) : undefined,
      ])
      return { member, path, file, linked }
    }),
  )
}

export interface Expectation {
  readonly task: UnarchiveArgs
  readonly me: Identity
  /** Names of the archive that are users or groups of the host. */
  readonly users: ReadonlySet<string>
  readonly groups: ReadonlySet<string>
}

/** In what a place is not as the archive has it, in tar's words; attributes that the task sets are looked at elsewhere. */
export function differenceOf(placed: Placed, expected: Expectation): string | undefined {
  const { member, file, linked } = placed
  const { task } = expected
  if (!isStat(file)) return 'missing'
  if (member.type === 'other') return undefined
  if (file.type !== (member.type === 'hardlink' ? 'file' : member.type)) return 'File type differs'
  if (member.type === 'hardlink')
    return isStat(linked ?? file) && sameFile(file, linked) ? undefined : `Not linked to ${member.target ?? ''}`
  if (member.type === 'link') return file.target === member.target ? undefined : 'Symlink differs'
  if (member.type === 'file') {
    if (task.keep_newer && member.mtime !== undefined && file.mtime > member.mtime) return undefined
    if (member.mtime !== undefined && file.mtime !== member.mtime) return 'Mod time differs'
    if (file.size !== member.size) return 'Size differs'
    if (file.sha256 !== member.sha256) return 'Contents differ'
  }
  return ownershipDifference(placed, expected) ?? modeDifference(placed, expected)
}

function sameFile(file: FileState, other: FileState | undefined): boolean {
  if (!isStat(file) || other === undefined || !isStat(other)) return false
  return file.inode === other.inode && file.dev === other.dev
}

function modeDifference({ member, file }: Placed, { task, me }: Expectation): string | undefined {
  if (task.mode !== undefined || member.mode === undefined || !isStat(file)) return undefined
  return file.mode === wantedMode(member.mode, me) ? undefined : 'Mode differs'
}

function wantedMode(mode: number, me: Identity): number {
  return me.uid === 0 ? mode : mode & 0o777 & ~me.umask
}

/** Only root gives files away: its tar by name where the host knows the name, else by number. */
function ownershipDifference({ member, file }: Placed, { task, me, users, groups }: Expectation): string | undefined {
  if (me.uid !== 0 || !isStat(file) || member.uid === undefined || task.extra_opts.includes('--no-same-owner')) return undefined
  const isOwner = users.has(member.owner) ? file.owner === member.owner : file.uid === member.uid
  const isGroup = groups.has(member.group) ? file.group === member.group : file.gid === member.gid
  if (task.owner === undefined && !isOwner) return 'Uid differs'
  return task.group === undefined && !isGroup ? 'Gid differs' : undefined
}

/** What the predicted host has after the archive was unpacked. */
export function memberEffects(places: readonly Placed[], expected: Expectation, owners: Owners): readonly Effect[] {
  return places.flatMap(({ member, path, file }): readonly Effect[] => {
    const isFolder = member.type === 'directory'
    const own = attributesAfter(file, expected.task, owners, isFolder ? 'directory' : 'file')
    const root = expected.me.uid === 0
    const mode = expected.task.mode === undefined && member.mode !== undefined ? wantedMode(member.mode, expected.me) : own.mode
    const { owner, group, uid, gid } = definedAttributes(own)
    const named = {
      mode,
      mtime: member.type === 'file' ? member.mtime : undefined,
      ...(expected.task.owner === undefined && root && member.uid !== undefined ? ownerOf(member, expected) : { uid, owner }),
      ...(expected.task.group === undefined && root && member.gid !== undefined ? groupOf(member, expected) : { gid, group }),
    }
    const known = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined))
    if (isFolder) return [directoryCreated(path, known)]
    if (member.type === 'link') return [linkCreated(path, member.target ?? '')]
    return [fileWritten(path, { sha256: member.sha256, size: member.size }, known)]
  })
}

function ownerOf(member: ArchiveMember, { users }: Expectation): { readonly owner?: string; readonly uid?: number | undefined } {
  return users.has(member.owner) ? { owner: member.owner } : { uid: member.uid }
}

function groupOf(member: ArchiveMember, { groups }: Expectation): { readonly group?: string; readonly gid?: number | undefined } {
  return groups.has(member.group) ? { group: member.group } : { gid: member.gid }
}
