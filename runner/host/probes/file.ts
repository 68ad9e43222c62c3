import type { FileStat, FileState } from '../host.ts'
import { type Probe, type ProbeAnswer, Unavailable } from '../probe.ts'
import { quotePath } from './path.ts'

type StatAnswer = FileState | Unavailable

/** Metadata of many paths by one `stat`. */
export function statProbe(paths: readonly string[], follow: 'follow' | 'nofollow'): Probe<ReadonlyMap<string, StatAnswer>> {
  const letter = follow === 'follow' ? 'f' : 'n'
  return {
    kind: 'stat',
    key: paths.join(' '),
    script: `sr_stat ${letter} ${paths.map(quotePath).join(' ')}`,
    parse: (answer) => parseStats(paths, answer),
  }
}

/** SHA-256 of regular files, hex; nothing about what is none. */
export function sha256Probe(paths: readonly string[]): Probe<ReadonlyMap<string, string | Unavailable>> {
  return {
    kind: 'sha256',
    key: paths.join(' '),
    script: `sr_sha256 ${paths.map(quotePath).join(' ')}`,
    parse: (answer) => {
      const lines = answer.text.split('\n')
      const rows = paths.map((path, index) => [path, lines[index] ?? ''] as const).filter(([, line]) => line !== '-')
      return new Map(rows.map(([path, line]) => [path, checksum(path, line, answer.stderr)]))
    },
  }
}

/** A regular file's bytes; undefined where it is larger than `bound` or no regular file. */
export function contentProbe(path: string, bound: number): Probe<Buffer | undefined> {
  const word = quotePath(path)
  return {
    kind: 'content',
    key: path,
    script: `if [ ! -f ${word} ]; then (exit 9); else head -c ${String(bound + 1)} <${word}; fi`,
    parse: (answer) => {
      if (answer.rc === 9) return undefined
      if (answer.rc !== 0) return unreadable(path, answer.stderr)
      return answer.stdout.length > bound ? undefined : answer.stdout
    },
  }
}

function checksum(path: string, line: string, stderr: string): string | Unavailable {
  const hash = /^\\?([0-9a-f]{64})\b/.exec(line)?.[1]
  return hash ?? unreadable(path, stderr)
}

function parseStats(paths: readonly string[], answer: ProbeAnswer): ReadonlyMap<string, StatAnswer> | Unavailable {
  const [map = '', ...lines] = answer.text.split('\n')
  const there = map.replace(/[^pl]/g, '').length
  if (map.length !== paths.length || answer.rc !== 0) return unreadable(paths.join(' '), answer.stderr)
  const targets = lines.slice(there).join('\n').split('\n\0')
  const stats = lines.slice(0, there)
  const out = new Map<string, StatAnswer>()
  paths.forEach((path, index) => {
    const letter = map[index]
    if (letter === '-') out.set(path, { type: 'absent' })
    else if (letter === '!') out.set(path, new Unavailable(`permission denied: cannot look into the folder of ${path}`, 'use become'))
    else out.set(path, parseStat(stats.shift() ?? '', letter === 'l' ? targets.shift() : undefined))
  })
  return out
}

const TYPES: Readonly<Record<number, FileStat['type']>> = {
  0o10: 'file',
  0o04: 'directory',
  0o12: 'link',
  0o06: 'block',
  0o02: 'char',
  0o01: 'fifo',
  0o14: 'socket',
}

function parseStat(line: string, target: string | undefined): StatAnswer {
  const [raw = '', uid, gid, size, mtime, atime, ctime, inode, dev, nlink, owner = '', group = ''] = line.split(':')
  const bits = Number.parseInt(raw, 16)
  const type = TYPES[bits >> 12]
  if (type === undefined) return new Unavailable(`stat gave an answer that is not understood: ${line}`)
  return {
    type,
    mode: bits & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
    owner: nameOrId(owner, uid),
    group: nameOrId(group, gid),
    size: Number(size),
    mtime: Number(mtime),
    atime: Number(atime),
    ctime: Number(ctime),
    inode: Number(inode),
    dev: Number(dev),
    nlink: Number(nlink),
    ...(target === undefined ? {} : { target }),
  }
}

/** An id without a name, which `stat` prints as UNKNOWN, goes by its number. */
function nameOrId(name: string, id: string | undefined): string {
  return name === 'UNKNOWN' || name === '' ? (id ?? '') : name
}

function unreadable(path: string, stderr: string): Unavailable {
  const said = stderr.trim().split('\n')[0] ?? ''
  return new Unavailable(`cannot read ${path}${said === '' ? '' : `: ${said}`}`, /denied/.test(said) ? 'use become' : undefined)
}
