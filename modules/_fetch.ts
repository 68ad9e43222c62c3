import { type Change, type Effect, type FileStat, type LocalFiles, type ReadOnlyHost, resource } from '../runner/module/index.ts'

/** The controller's copy of a file, as an earlier run left it. */
export interface LocalCopy {
  readonly sha1: string
  readonly sha256: string
  /** Read for `--diff`, where it is small enough. */
  readonly content: Buffer | undefined
}

const MAX_DIFF = 104_448

/** In check mode an earlier task may have been going to fetch it. */
export async function readCopy(
  host: ReadOnlyHost,
  path: string,
  { local, diff }: { readonly local: LocalFiles; readonly diff: boolean },
): Promise<LocalCopy | undefined> {
  const foreseen = await host.probe<LocalCopy | 'none'>({ kind: 'fetched', key: path, script: ':', parse: () => 'none', scope: 'run' })
  if (foreseen !== 'none') return foreseen
  const stat = await local.stat(path).catch(() => undefined)
  if (stat?.type !== 'file') return undefined
  const [sha1, sha256, content] = await Promise.all([
    local.digest(path, 'sha1'),
    local.sha256(path),
    diff && stat.size <= MAX_DIFF ? local.read(path) : undefined,
  ])
  return { sha1, sha256, content }
}

export function copyFetched(path: string, sha256: string): Effect {
  const copy: LocalCopy = { sha1: '', sha256, content: undefined }
  return resource('fetched', path, copy, 'run')
}

export function shownCopies(what: {
  readonly path: string
  readonly to: string
  readonly file: FileStat
  readonly copy: LocalCopy | undefined
}): Change['diff'] {
  const { path, to, file, copy } = what
  if (file.content === undefined || (copy !== undefined && copy.content === undefined)) return undefined
  return { beforeName: copy === undefined ? '' : to, afterName: path, before: textOf(copy?.content), after: textOf(file.content) }
}

function textOf(content: Buffer | undefined): string {
  if (content === undefined) return ''
  return content.includes(0) ? `${String(content.length)} bytes, not a text\n` : content.toString('utf8')
}
