import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, symlinkSync, writeSync } from 'node:fs'
import { basename, dirname, join, normalize, sep } from 'node:path'
import { RunnerError } from '../../base/error.ts'

/** What is to be installed: paths below the folder that it gets. */
export type TreeEntry =
  | { readonly path: string; readonly type: 'directory' }
  | { readonly path: string; readonly type: 'file'; readonly content: Buffer; readonly executable: boolean }
  | { readonly path: string; readonly type: 'link'; readonly target: string }

/**
 * Puts a whole tree where a folder is or will be. It is written beside it first and then takes its name, so that there is the old
 * one or the new one, never half of one.
 * @throws RunnerError `not-found` for a path or a link that leads out of the tree; nothing has been written then
 */
export function installTree(folder: string, entries: readonly TreeEntry[]): void {
  for (const entry of entries) refuseEscape(entry, entries)
  const mark = `${String(process.pid)}.tmp`
  const fresh = join(dirname(folder), `.${basename(folder)}.new.${mark}`)
  const old = join(dirname(folder), `.${basename(folder)}.old.${mark}`)
  mkdirSync(dirname(folder), { recursive: true })
  try {
    rmSync(fresh, { recursive: true, force: true })
    mkdirSync(fresh, { mode: 0o755 })
    for (const entry of entries) writeEntry(fresh, entry)
    exchange({ folder, fresh, old })
  } finally {
    rmSync(fresh, { recursive: true, force: true })
    rmSync(old, { recursive: true, force: true })
  }
}

function exchange({ folder, fresh, old }: { readonly folder: string; readonly fresh: string; readonly old: string }): void {
  const replaced = moved(folder, old)
  try {
    renameSync(fresh, folder)
  } catch (error) {
    if (replaced) renameSync(old, folder)
    throw error
  }
}

function moved(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}

function writeEntry(root: string, entry: TreeEntry): void {
  const path = join(root, entry.path)
  mkdirSync(entry.type === 'directory' ? path : dirname(path), { recursive: true, mode: 0o755 })
  if (entry.type === 'link') symlinkSync(entry.target, path)
  if (entry.type === 'file') writeWhole(path, entry.content, entry.executable ? 0o755 : 0o644)
}

function writeWhole(path: string, content: Buffer, mode: number): void {
  const file = openSync(path, 'wx', mode)
  try {
    for (let at = 0; at < content.length; ) at += writeSync(file, content, at)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** No `..`, no absolute path, no link to the outside, nothing below a link. */
function refuseEscape(entry: TreeEntry, all: readonly TreeEntry[]): void {
  if (!isInside(entry.path)) throw escape(`the path '${entry.path}' leads out of the archive's folder`)
  if (entry.type === 'link' && (entry.target.startsWith(sep) || !isInside(join(dirname(entry.path), entry.target))))
    throw escape(`the link '${entry.path}' leads out of the archive's folder: ${entry.target}`)
  const under = all.find((other) => other.type === 'link' && entry.path.startsWith(`${other.path}${sep}`))
  if (under !== undefined) throw escape(`the path '${entry.path}' lies below the link '${under.path}'`)
}

function isInside(path: string): boolean {
  const plain = normalize(path)
  return plain !== '..' && !plain.startsWith(`..${sep}`) && !plain.startsWith(sep) && !path.includes('\0')
}

function escape(message: string): RunnerError {
  return new RunnerError('not-found', message, { hint: 'nothing of it was installed' })
}
