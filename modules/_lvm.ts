import { type Probe, quote, quoteArgv, Unavailable } from '../runner/module/index.ts'

/** A physical volume; sizes in bytes. */
export interface PhysicalVolume {
  readonly name: string
  /** The volume group that it belongs to; empty for none. */
  readonly vg: string
  readonly device: number
  /** From the device's beginning to the end of what the volume uses. */
  readonly used: number
  readonly extent: number
}

export interface VolumeGroup {
  /** Undefined where there is no such group. */
  readonly group: { readonly volumes: number; readonly active: number; readonly autoactivation: boolean } | undefined
  readonly pvs: readonly PhysicalVolume[]
  /** Asked device names by what LVM calls them. */
  readonly names: Readonly<Record<string, string>>
}

const LIST = ['--noheadings', '--nosuffix', '--units', 'b', '--separator', '|'] as const

/** A volume group, all physical volumes of the host, and the real names of devices, in one question. */
export function volumeGroupProbe(vg: string, devices: readonly string[]): Probe<VolumeGroup> {
  return {
    kind: 'lvm_vg',
    key: vg,
    script: [
      'if ! sr_has vgs; then (exit 127); else',
      ...devices.map((device) => `printf 'name|%s|' ${quote(device)}; readlink -f -- ${quote(device)} || echo`),
      `vgs ${quoteArgv(LIST)} -o vg_name,lv_count,autoactivation 2>/dev/null | sed 's/^ */vg|/'`,
      `pvs ${quoteArgv(LIST)} -o pv_name,vg_name,dev_size,pv_size,pe_start,vg_extent_size 2>/dev/null | sed 's/^ */pv|/'`,
      `lvs ${quoteArgv(LIST)} -o vg_name,lv_active 2>/dev/null | sed 's/^ */lv|/'; fi`,
    ].join('\n'),
    parse: ({ rc, text }) =>
      rc === 127 ? new Unavailable('there is no LVM on this host', 'install the package lvm2 first') : parseGroup(vg, text),
    fresh: () => ({ group: undefined, pvs: [], names: Object.fromEntries(devices.map((device) => [device, device])) }),
  }
}

function parseGroup(vg: string, text: string): VolumeGroup {
  const rows = text.split('\n').map((line) => line.split('|'))
  const of = (tag: string): readonly (readonly string[])[] => rows.filter((row) => row[0] === tag).map((row) => row.slice(1))
  const row = of('vg').find(([name]) => name === vg)
  const active = of('lv').filter(([group, state]) => group === vg && state === 'active').length
  return {
    group: row === undefined ? undefined : { volumes: Number(row[1]), active, autoactivation: row[2] === 'enabled' },
    pvs: of('pv').map(([name = '', group = '', device, size, start, extent]) => ({
      name,
      vg: group,
      device: Number(device),
      used: Number(size) + Number(start),
      extent: Number(extent),
    })),
    names: Object.fromEntries(of('name').map(([asked = '', real = '']) => [asked, real === '' ? asked : real])),
  }
}

/** A device that grew by an extent or more since LVM looked at it. */
export function hasGrown(pv: PhysicalVolume): boolean {
  return pv.device - pv.used >= Math.max(pv.extent, 1024 * 1024)
}
