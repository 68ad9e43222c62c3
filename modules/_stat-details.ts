import { createHash } from 'node:crypto'
import { type Probe, type ProbeAnswer, quotePath } from '../runner/module/index.ts'

/** What the module stat tells of a path beyond its metadata. */
export interface Details {
  readonly readable: boolean
  readonly writeable: boolean
  readonly executable: boolean
  readonly checksum?: string | undefined
  readonly mime?: { readonly type: string; readonly charset: string } | undefined
  readonly attributes?: { readonly flags: string; readonly names: readonly string[]; readonly version: string } | undefined
  readonly blocks?: { readonly count: number; readonly size: number; readonly device: number } | undefined
  /** Where a link leads in the end. */
  readonly real?: string | undefined
  /** The path may not be looked at. */
  readonly hidden: boolean
}

export interface Wanted {
  readonly path: string
  readonly follow: boolean
  readonly checksum: Algorithm | undefined
  readonly mime: boolean
  readonly attributes: boolean
}

export type Algorithm = 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512'

export function digest(content: Buffer, algorithm: Algorithm): string {
  return createHash(algorithm).update(content).digest('hex')
}

/** One fragment for all of it, each answer in a line that begins with its name. */
export function detailsProbe(wanted: Wanted): Probe<Details> {
  const path = quotePath(wanted.path)
  const look = wanted.follow ? '-L' : ''
  const regular = wanted.follow ? `[ -f ${path} ]` : `[ -f ${path} ] && [ ! -h ${path} ]`
  const lines = [
    `[ ! -r ${path} ] || echo r`,
    `[ ! -w ${path} ] || echo w`,
    `[ ! -x ${path} ] || echo x`,
    `sr_b=$(stat ${look} -c '%b %o %t' ${path} 2>/dev/null) && printf 'blocks %s\\n' "$sr_b"`,
    `[ ! -h ${path} ] || { sr_b=$(readlink -f ${path}) && printf 'real %s\\n' "$sr_b"; }`,
    ...(wanted.checksum === undefined
      ? []
      : [`if ${regular}; then sr_b=$(${wanted.checksum}sum <${path}) && printf 'sum %s\\n' "$sr_b"; fi`]),
    ...(wanted.mime
      ? [`if sr_has file; then sr_b=$(file ${look} --mime-type --mime-encoding -b ${path}) && printf 'mime %s\\n' "$sr_b"; fi`]
      : []),
    ...(wanted.attributes
      ? [`if sr_has lsattr && [ ! -h ${path} ]; then sr_b=$(lsattr -vd ${path} 2>/dev/null) && printf 'attr %s\\n' "$sr_b"; fi`]
      : []),
    ':',
  ]
  return { kind: 'stat_details', key: JSON.stringify(wanted), script: lines.join('\n'), parse: parseDetails }
}

function parseDetails({ text, stderr }: ProbeAnswer): Details {
  const lines = text.split('\n')
  const rest = (name: string): string | undefined => lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1)
  return {
    readable: lines.includes('r'),
    writeable: lines.includes('w'),
    executable: lines.includes('x'),
    checksum: /^[0-9a-f]+/.exec(rest('sum') ?? '')?.[0],
    mime: parseMime(rest('mime')),
    attributes: parseAttributes(rest('attr')),
    blocks: parseBlocks(rest('blocks')),
    real: rest('real'),
    hidden: /permission denied/i.test(stderr) && rest('blocks') === undefined,
  }
}

function parseMime(text: string | undefined): Details['mime'] {
  const match = /^(\S+); charset=(\S+)$/.exec(text ?? '')
  return match === null ? undefined : { type: match[1] ?? '', charset: match[2] ?? '' }
}

function parseBlocks(text: string | undefined): Details['blocks'] {
  const [count, size, device = '0'] = (text ?? '').split(' ')
  return count === undefined || count === '' ? undefined : { count: Number(count), size: Number(size), device: Number.parseInt(device, 16) }
}

/** The names of the letters that lsattr prints. */
const NAMES: Readonly<Record<string, string>> = {
  A: 'noatime',
  a: 'append',
  c: 'compressed',
  C: 'nocow',
  d: 'nodump',
  D: 'dirsync',
  e: 'extents',
  E: 'encrypted',
  h: 'blocksize',
  i: 'immutable',
  I: 'indexed',
  j: 'journalled',
  N: 'inline',
  s: 'zero',
  S: 'synchronous',
  t: 'notail',
  T: 'blockroot',
  u: 'undelete',
  X: 'compressedraw',
  Z: 'compresseddirty',
}

function parseAttributes(text: string | undefined): Details['attributes'] {
  const match = /^\s*(\d+)\s+(\S+)/.exec(text ?? '')
  if (match === null) return undefined
  const flags = (match[2] ?? '').replaceAll('-', '')
  return { version: match[1] ?? '', flags, names: Array.from(flags, (flag) => NAMES[flag] ?? '').filter((name) => name !== '') }
}
