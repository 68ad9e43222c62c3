import { type Probe, quote, Unavailable } from '../runner/module/index.ts'

/** A device of a ring, as tasks name it: region, zone, address, port and device say which one it is. */
export interface RingDevice {
  readonly region: number
  readonly zone: number
  readonly ip: string
  readonly port: number
  readonly device: string
  readonly weight: number
}

/** What a builder file says of itself. */
export interface Ring {
  readonly exists: boolean
  readonly partitions: number
  readonly replicas: number
  readonly minPartHours: number
  readonly devices: readonly (RingDevice & { readonly id: number; readonly partitions: number })[]
  readonly file: 'missing' | 'obsolete' | 'current'
  /** Partitions were moved less than `min_part_hours` ago: a rebalance would move none. */
  readonly resting: boolean
}

export const NO_RING: Ring = { exists: false, partitions: 0, replicas: 0, minPartHours: 0, devices: [], file: 'missing', resting: false }

/** The listing of `swift-ring-builder FILE`. */
export function ringProbe(path: string): Probe<Ring> {
  const word = quote(path)
  return {
    kind: 'swift_ring',
    key: path,
    script: `if ! sr_has swift-ring-builder; then (exit 127); elif [ ! -e ${word} ]; then echo absent; else swift-ring-builder ${word}; fi`,
    parse({ rc, text, stderr }) {
      if (rc === 127) return new Unavailable('there is no swift-ring-builder on this host', 'install the package swift first')
      if (text.trim() === 'absent') return NO_RING
      return (
        parseListing(text) ?? new Unavailable(`swift-ring-builder cannot read ${path}: ${(stderr || text).trim().split('\n')[0] ?? ''}`)
      )
    },
    fresh: () => NO_RING,
  }
}

export function parseListing(text: string): Ring | undefined {
  const totals = /^(\d+) partitions, ([\d.]+) replicas/m.exec(text)
  const hours = /reassigned is (\d+)(?: \((\d+:\d\d:\d\d) remaining\))?/.exec(text)
  if (totals === null || hours === null) return undefined
  return {
    exists: true,
    partitions: Number(totals[1]),
    replicas: Number(totals[2]),
    minPartHours: Number(hours[1]),
    devices: text.split('\n').flatMap((line) => deviceOf(line) ?? []),
    file: /is up-to-date/.test(text) ? 'current' : /not found/.test(text) ? 'missing' : 'obsolete',
    resting: hours[2] !== undefined && hours[2] !== '0:00:00',
  }
}

function deviceOf(line: string): Ring['devices'][number] | undefined {
  const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+\[?([^\s\]]+?)\]?:(\d+)\s+\S+:\d+\s+(\S+)\s+([\d.]+)\s+(\d+)/.exec(line)
  // A removed device is listed until the next rebalance.
  if (match === null || /\sDEL\s*$/.test(line)) return undefined
  const [, id, region, zone, ip = '', port, device = '', weight, partitions] = match
  return {
    id: Number(id),
    region: Number(region),
    zone: Number(zone),
    ip,
    port: Number(port),
    device,
    weight: Number(weight),
    partitions: Number(partitions),
  }
}

export function sameDevice(one: RingDevice, other: RingDevice): boolean {
  return (
    one.region === other.region && one.zone === other.zone && one.ip === other.ip && one.port === other.port && one.device === other.device
  )
}

/** `r1z2-192.0.2.1:6200/sdb1`, as swift writes it. */
export function deviceName(device: RingDevice): string {
  return `r${String(device.region)}z${String(device.zone)}-${device.ip}:${String(device.port)}/${device.device}`
}
