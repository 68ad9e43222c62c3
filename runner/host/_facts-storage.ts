import type { FactsText } from './_facts-text.ts'

type Facts = Record<string, unknown>

/** Mounts of devices and network shares, with what is free on them. */
export function mounts(text: FactsText): readonly Facts[] {
  const uuids = new Map(
    text
      .lines('uuids')
      .map((line) => /(\S+) -> .*\/(\S+)$/.exec(line))
      .filter((match) => match !== null)
      .map((match) => [match[2] ?? '', match[1] ?? '']),
  )
  const sizes = new Map(text.lines('sizes').map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))]))
  return (text.file('/proc/self/mounts') ?? '').split('\n').flatMap((line) => {
    const [device = '', point = '', fstype = '', options = '', dump, pass] = line.split(' ').map(unescaped)
    if (!device.startsWith('/') && !device.includes(':/')) return []
    const uuid = uuids.get(device.slice(device.lastIndexOf('/') + 1)) ?? 'N/A'
    return [{ mount: point, device, fstype, options, dump: Number(dump), passno: Number(pass), uuid, ...sizeFacts(sizes.get(point)) }]
  })
}

function sizeFacts(fields: string | undefined): Facts {
  if (fields === undefined) return {}
  const [block = 0, blocks = 0, free = 0, available = 0, inodes = 0, inodesFree = 0] = fields.split(':').map(Number)
  return {
    block_size: block,
    block_total: blocks,
    block_available: available,
    block_used: blocks - free,
    size_total: block * blocks,
    size_available: block * available,
    inode_total: inodes,
    inode_available: inodesFree,
    inode_used: inodes - inodesFree,
  }
}

/** The mount table writes blanks as `\040`. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}

/** Block devices with their partitions. */
export function devices(text: FactsText): Facts {
  const out: Facts = {}
  for (const match of text.matching(/^\/sys\/block\/([^/]+)\/size$/)) {
    const name = match[1] ?? ''
    const said = (file: string): string | undefined => text.line(`/sys/block/${name}/${file}`)
    const sectors = Number(said('size'))
    const sectorSize = Number(said('queue/logical_block_size') ?? 512)
    out[name] = {
      sectors: String(sectors),
      sectorsize: String(sectorSize),
      size: humanSize(sectors * 512),
      removable: said('removable') ?? '0',
      rotational: said('queue/rotational') ?? '0',
      model: said('device/model') ?? null,
      vendor: said('device/vendor') ?? null,
      partitions: partitions(name, text),
    }
  }
  return out
}

function partitions(device: string, text: FactsText): Facts {
  const found = text.matching(/^\/sys\/block\/([^/]+)\/([^/]+)\/partition$/).filter((match) => match[1] === device)
  return Object.fromEntries(
    found.map((match) => {
      const folder = `/sys/block/${device}/${match[2] ?? ''}`
      const sectors = Number(text.line(`${folder}/size`))
      return [
        match[2] ?? '',
        { start: text.line(`${folder}/start`), sectors: String(sectors), sectorsize: 512, size: humanSize(sectors * 512) },
      ]
    }),
  )
}

function humanSize(bytes: number): string {
  const units = ['Bytes', 'KB', 'MB', 'GB', 'TB', 'PB'] as const
  const power = bytes < 1024 ? 0 : Math.min(5, Math.floor(Math.log2(bytes) / 10))
  return `${(bytes / 1024 ** power).toFixed(2)} ${units[power] ?? 'Bytes'}`
}
