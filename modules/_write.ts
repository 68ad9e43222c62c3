import { posix } from 'node:path'
import { type Action, type Change, directoryCreated, Secret, type WriteAction } from '../runner/module/index.ts'
import { attributeChanges, attributesAfter, isStat, type WantedAttributes } from './_attributes.ts'
import { byteTextOf, fromByteText, sha256 } from './_bytes.ts'
import { writtenEffect } from './_effects.ts'
import type { Target } from './_target.ts'

/** A file's new content and everything that goes with it. */
export interface Write {
  readonly target: Target
  readonly content: Content
  readonly wanted: WantedAttributes
  readonly backup: boolean
  readonly validate?: string | undefined
  /** For a person; the default names the path and whether it is new. */
  readonly what?: string | undefined
  /** What `--diff` shows in place of the old and new bytes: texts without secrets. */
  readonly shown?: { readonly before: string; readonly after: string } | undefined
  /** A symbolic link at the path is replaced by the file, not followed. */
  readonly link?: 'replace' | undefined
  /** Make the missing folders above it. */
  readonly parents?: 'create' | undefined
}

export interface Content {
  readonly bytes: Buffer | Secret | { readonly local: string; readonly size: number; readonly sha256: string }
  readonly secret?: boolean | undefined
}

/** Larger contents are not shown as a diff. */
const MAX_DIFF = 104_448

/** The change that writes a file, with its attributes in the same stroke. */
export function writeChange(write: Write): Change {
  const { target, content, wanted } = write
  const fresh = target.file.type === 'absent'
  const after = attributesAfter(target.file, wanted, target.owners)
  const local = contentLocal(content)
  const bytes = local === undefined ? bytesOf(content) : undefined
  return {
    what: write.what ?? `${fresh ? 'create' : 'write'} ${target.path}`,
    actions: [...parentActions(write), writeAction(write, after.mode)],
    effects: [
      ...(write.parents === 'create' && target.parent?.type === 'absent' ? [directoryCreated(posix.dirname(target.path))] : []),
      writtenEffect(target.path, after, {
        content: bytes,
        sha256: local?.sha256 ?? (bytes === undefined ? undefined : sha256(bytes)),
        size: local?.size ?? bytes?.length,
      }),
    ],
    diff: contentDiff(write),
  }
}

/** A new content where it differs from the old, else the attributes alone. */
export function editChanges(write: Write & { readonly before: string; readonly after: string }): readonly Change[] {
  const { target, before, after } = write
  if (before !== after || target.file.type === 'absent') return [writeChange(write)]
  return isStat(target.file) ? attributeChanges(target.path, target.file, write.wanted, target.owners) : []
}

export function bytesOf(content: Content): Buffer | undefined {
  if (Buffer.isBuffer(content.bytes)) return content.bytes
  return content.bytes instanceof Secret ? Buffer.from(content.bytes.reveal(), 'utf8') : undefined
}

function contentLocal(content: Content): { readonly local: string; readonly size: number; readonly sha256: string } | undefined {
  return Buffer.isBuffer(content.bytes) || content.bytes instanceof Secret ? undefined : content.bytes
}

function writeAction(write: Write, mode: number): WriteAction {
  const { target, wanted, content } = write
  const { bytes } = content
  return {
    do: 'write',
    id: 'write',
    path: target.path,
    content: Buffer.isBuffer(bytes) || bytes instanceof Secret ? bytes : { local: bytes.local },
    mode: wanted.mode === undefined ? undefined : mode,
    owner: wanted.owner,
    group: wanted.group,
    backup: write.backup && target.file.type !== 'absent',
    validate: write.validate,
    link: write.link,
  }
}

function parentActions(write: Write): readonly Action[] {
  const { target } = write
  if (write.parents !== 'create' || target.parent?.type !== 'absent') return []
  return [{ do: 'run', argv: ['mkdir', '-p', '--', posix.dirname(target.path)] }]
}

function contentDiff(write: Write): Change['diff'] {
  const { target, content, shown } = write
  const old = isStat(target.file) ? target.file.content : undefined
  const bytes = bytesOf(content)
  const names = { beforeName: target.file.type === 'absent' ? '' : target.path, afterName: target.path }
  if (shown !== undefined) return { ...names, ...shown }
  if (content.secret === true || content.bytes instanceof Secret)
    return { ...names, before: '', after: 'the content holds a secret and is not shown\n' }
  if (bytes === undefined || (old === undefined && target.file.type !== 'absent')) return undefined
  return { ...names, before: showable(old ?? Buffer.alloc(0)), after: showable(bytes) }
}

function showable(bytes: Buffer): string {
  if (bytes.length > MAX_DIFF) return `${String(bytes.length)} bytes, too many to show\n`
  return bytes.includes(0) ? `${String(bytes.length)} bytes, not a text\n` : bytes.toString('utf8')
}

/** Texts of bytes as a diff shows them. */
export function shownTexts(before: string, after: string): { readonly before: string; readonly after: string } {
  return { before: showable(fromByteText(before)), after: showable(fromByteText(after)) }
}

/** The old content of a target as a text of bytes; empty where there is none. */
export function oldText(target: Target): string | undefined {
  if (target.file.type === 'absent') return ''
  return isStat(target.file) && target.file.content !== undefined ? byteTextOf(target.file.content) : undefined
}
