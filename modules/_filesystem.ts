import { type Probe, quote } from '../runner/module/index.ts'

/** What a device holds: the type in blkid's word, empty for nothing. */
export interface Held {
  readonly type: string
  readonly uuid: string
}

/** The room that a filesystem fills and the room that its device has, in bytes. */
export interface Sizes {
  readonly device: number
  readonly filled: number
  /** The least that is worth growing by. */
  readonly step: number
  /** Where it is mounted; empty where it is not. */
  readonly mounted: string
}

export interface Kind {
  /** blkid's word for it. */
  readonly blkid: string
  readonly maker: readonly string[]
  /** The Debian package that the programs are in. */
  readonly package: string
  /** Options that give a new filesystem its UUID. */
  readonly withUuid?: ((uuid: string) => readonly string[]) | undefined
  /** Gives an existing one another UUID. */
  readonly setUuid?: ((dev: string, uuid: string) => readonly string[]) | undefined
  readonly growth?: Growth | undefined
}

interface Growth {
  /** Prints what `read` makes the filled bytes and the step of. */
  readonly script: (dev: string) => string
  readonly read: (text: string) => { readonly filled: number; readonly step: number } | undefined
  readonly needs?: 'mounted' | undefined
  readonly grow: (dev: string, mounted: string) => readonly string[]
}

const EXT_GROWTH: Growth = {
  script: (dev) => `dumpe2fs -h ${dev} 2>/dev/null`,
  read: (text) => blocks(/^Block count:\s*(\d+)/m.exec(text)?.[1], /^Block size:\s*(\d+)/m.exec(text)?.[1]),
  grow: (dev) => ['resize2fs', dev],
}

const EXT: Omit<Kind, 'blkid' | 'maker'> = {
  package: 'e2fsprogs',
  withUuid: (uuid) => ['-U', uuid],
  setUuid: (dev, uuid) => ['tune2fs', '-U', uuid, dev],
  growth: EXT_GROWTH,
}

const XFS_GROWTH: Growth = {
  script: (dev) => `xfs_info ${dev} 2>/dev/null`,
  read: (text) => {
    const [, size, count] = /^data\s+=\s+bsize=(\d+)\s+blocks=(\d+)/m.exec(text) ?? []
    return blocks(count, size)
  },
  needs: 'mounted',
  grow: (_dev, mounted) => ['xfs_growfs', mounted],
}

const BTRFS_GROWTH: Growth = {
  script: (dev) => `btrfs filesystem show --raw ${dev} 2>/dev/null`,
  read: (text) => blocks(/devid\s+\d+\s+size\s+(\d+)/.exec(text)?.[1], '1', 1024 * 1024),
  needs: 'mounted',
  grow: (_dev, mounted) => ['btrfs', 'filesystem', 'resize', 'max', mounted],
}

const LVM_GROWTH: Growth = {
  script: (dev) => `pvs --noheadings --nosuffix --units b -o pv_size,pe_start,vg_extent_size -- ${dev} 2>/dev/null`,
  read: (text) => {
    const [size, start, extent] = text.trim().split(/\s+/).map(Number)
    return size === undefined || start === undefined || !(size > 0) ? undefined : { filled: size + start, step: extent || 4 * 1024 * 1024 }
  },
  grow: (dev) => ['pvresize', dev],
}

/** What is known of each type of filesystem; the makers overwrite what is there, which the module has decided on by then. */
export const KINDS = {
  ext2: { ...EXT, blkid: 'ext2', maker: ['mkfs.ext2', '-F', '-q'] },
  ext3: { ...EXT, blkid: 'ext3', maker: ['mkfs.ext3', '-F', '-q'] },
  ext4: { ...EXT, blkid: 'ext4', maker: ['mkfs.ext4', '-F', '-q'] },
  ext4dev: { ...EXT, blkid: 'ext4', maker: ['mkfs.ext4', '-F', '-q'] },
  xfs: {
    blkid: 'xfs',
    maker: ['mkfs.xfs', '-f', '-q'],
    package: 'xfsprogs',
    withUuid: (uuid) => ['-m', `uuid=${uuid}`],
    setUuid: (dev, uuid) => ['xfs_admin', '-U', uuid, dev],
    growth: XFS_GROWTH,
  },
  btrfs: { blkid: 'btrfs', maker: ['mkfs.btrfs', '-f', '-q'], package: 'btrfs-progs', growth: BTRFS_GROWTH },
  vfat: { blkid: 'vfat', maker: ['mkfs.vfat'], package: 'dosfstools' },
  swap: { blkid: 'swap', maker: ['mkswap', '-f'], package: 'util-linux' },
  f2fs: { blkid: 'f2fs', maker: ['mkfs.f2fs', '-f', '-q'], package: 'f2fs-tools' },
  ocfs2: { blkid: 'ocfs2', maker: ['mkfs.ocfs2', '-F', '-x'], package: 'ocfs2-tools' },
  reiserfs: { blkid: 'reiserfs', maker: ['mkfs.reiserfs', '-q', '-f', '-f'], package: 'reiserfsprogs' },
  bcachefs: {
    blkid: 'bcachefs',
    maker: ['mkfs.bcachefs', '--force'],
    package: 'bcachefs-tools',
    withUuid: (uuid) => [`--uuid=${uuid}`],
    setUuid: (dev, uuid) => ['bcachefs', 'set-uuid', dev, uuid],
  },
  lvm: {
    blkid: 'LVM2_member',
    maker: ['pvcreate', '-f', '-y'],
    package: 'lvm2',
    withUuid: () => [],
    setUuid: (dev) => ['pvchange', '-u', dev],
    growth: LVM_GROWTH,
  },
} as const satisfies Record<string, Kind>

export type KindName = keyof typeof KINDS

export function kindOf(name: KindName): Kind {
  return KINDS[name]
}

/** The caches of blkid are not asked: they tell of devices that were. */
export function heldProbe(dev: string): Probe<Held> {
  return {
    kind: 'filesystem',
    key: dev,
    script: `[ ! -e ${quote(dev)} ] || blkid -c /dev/null -o export -- ${quote(dev)}`,
    parse: ({ text }) => ({ type: /^TYPE=(.*)$/m.exec(text)?.[1] ?? '', uuid: /^UUID=(.*)$/m.exec(text)?.[1] ?? '' }),
  }
}

/** Undefined where the sizes cannot be told. */
export function sizesProbe(dev: string, growth: Growth): Probe<Sizes | undefined> {
  const word = quote(dev)
  return {
    kind: 'filesystem_size',
    key: dev,
    script: [
      `if [ -b ${word} ]; then blockdev --getsize64 ${word}; else stat -L -c %s -- ${word}; fi`,
      `findmnt -n -f -o TARGET -S ${word} || echo`,
      growth.script(word),
    ].join('\n'),
    parse: ({ text }) => {
      const [device = '', mounted = '', ...rest] = text.split('\n')
      const known = growth.read(rest.join('\n'))
      return known === undefined ? undefined : { device: Number(device), mounted, ...known }
    },
  }
}

function blocks(count: string | undefined, size: string | undefined, step?: number): { filled: number; step: number } | undefined {
  if (count === undefined || size === undefined) return undefined
  return { filled: Number(count) * Number(size), step: step ?? Number(size) }
}
