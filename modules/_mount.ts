import { type FileState, type Probe, quote } from '../runner/module/index.ts'
import { unescaped } from './_fstab.ts'
import type { Target } from './_target.ts'

/** Something that is mounted at a path. */
export interface Mounted {
  readonly source: string
  /** The part of the source's filesystem that is to be seen: `/`, or the folder of a bind mount. */
  readonly root: string
  /** The file behind a loop device. */
  readonly file?: string | undefined
  readonly fstype: string
  readonly opts: string
}

/** What a task about a mount point looks at. */
export interface MountState {
  readonly path: string
  readonly folder: FileState
  readonly mounted: readonly Mounted[]
  readonly target: Target
  /** The table's bytes as text; undefined in check mode where they are not known yet. */
  readonly fstab: string | undefined
}

/** What is mounted at a path, the last one on top. Links in the path are followed. */
export function mountedProbe(path: string): Probe<readonly Mounted[]> {
  return {
    kind: 'mount',
    key: path,
    script: [
      `readlink -f -- ${quote(path)} || printf '%s\\n' ${quote(path)}`,
      'for sr_f in /sys/block/loop*/loop/backing_file; do [ -r "$sr_f" ] && IFS= read -r sr_line <"$sr_f" && printf \'%s %s\\n\' "$sr_f" "$sr_line"; done',
      'cat /proc/self/mountinfo',
    ].join('\n'),
    parse: ({ text }) => parseMounts(text),
  }
}

function parseMounts(text: string): readonly Mounted[] {
  const [real = '', ...lines] = text.split('\n')
  const files = new Map(lines.flatMap((line) => backingFile(line)))
  return lines.flatMap((line) => {
    const fields = /^\d+ \d+ \S+ (\S+) (\S+) (\S+) .*?- (\S+) (\S+) (\S+)$/.exec(line)?.slice(1).map(unescaped)
    const [root = '', path, opts = '', fstype = '', source = ''] = fields ?? []
    return path === real ? [{ root, source, fstype, opts, file: files.get(source) }] : []
  })
}

function backingFile(line: string): readonly (readonly [string, string])[] {
  const match = /^\/sys\/block\/(loop\d+)\/loop\/backing_file (.+)$/.exec(line)
  return match === null ? [] : [[`/dev/${match[1] ?? ''}`, match[2] ?? '']]
}

/** Whether a source as a task names it may be what is mounted; labels and network names cannot be told apart. */
export function isMountOf(mounted: Mounted, src: string): boolean {
  if (!src.startsWith('/')) return true
  return mounted.source === src || mounted.file === src || (mounted.root !== '/' && src.endsWith(mounted.root))
}

/** `$1` is the mount point, `$2` an option more, and the entry comes on standard input: mount takes it for fstab's. */
const WITH_ENTRY = `umask 077; t=$(mktemp /run/stackrun.XXXXXXXX 2>/dev/null || mktemp) || exit 1
trap 'rm -f -- "$t"' EXIT; trap 'exit 129' HUP INT TERM
cat >"$t" || exit 1
`
export const MOUNT = `${WITH_ENTRY}mount -T "$t" -- "$1"`
/** Where the filesystem does not take its new options, or another source is to be there, it is mounted anew. */
export const REMOUNT = `${WITH_ENTRY}mount -o remount -T "$t" -- "$1" || { umount -- "$1" && mount -T "$t" -- "$1"; }`
export const ANEW = `${WITH_ENTRY}umount -- "$1" && mount -T "$t" -- "$1"`
