import { args as arg, type Probe, quoteArgv, Unavailable, z } from '../runner/module/index.ts'
import { splitWords } from './_shlex.ts'

/** The arguments of the module lvol. */
export const lvolSchema = z
  .strictObject({
    vg: arg.str().describe('The volume group.'),
    lv: arg.str().optional().describe('The logical volume.'),
    size: arg
      .str()
      .refine((text) => SIZE.test(text), 'expected 512, 512m, 10g …, or 80%VG, 50%FREE, 100%PVS')
      .optional()
      .describe('Its size: in MiB, with a unit, or a part of the group; with `+` before it, that much more.'),
    state: z.enum(['present', 'absent']).default('present'),
    active: arg.bool().default(true).describe('Whether it can be used.'),
    force: arg.bool().default(false).describe('Allow a volume to be removed, or to be made smaller.'),
    shrink: arg.bool().default(true).describe('A volume that is larger is made smaller (with `force`); no: it stays.'),
    resizefs: arg.bool().default(false).describe('Resize the file system with it.'),
    opts: z.string().default('').describe('More options for lvcreate.'),
    pvs: arg.list(arg.str()).default([]).describe('Devices of the group that it is to be on.'),
    snapshot: arg.str().optional().describe('A snapshot of `lv`, by this name.'),
    thinpool: arg.str().optional().describe('The pool of a thin volume; without `lv` the pool itself.'),
  })
  .superRefine((task, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
    if (task.lv === undefined && task.thinpool === undefined) refuse('one of the following is required: lv, thinpool')
    if (task.snapshot !== undefined && (task.lv === undefined || task.thinpool !== undefined))
      refuse('a snapshot needs lv, and goes with no thinpool')
    if (splitWords(task.opts) === undefined) refuse('the quotes of opts are not balanced')
  })

export type LvolArgs = z.output<typeof lvolSchema>

const SIZE = /^([+]?)(\d+(?:\.\d+)?)(?:([bskmgtpe])b?|%(VG|FREE|PVS))?$/i

export interface LogicalVolume {
  readonly size: number
  readonly active: boolean
  /** LVM is told not to activate it, as it is with a snapshot of a thin volume. */
  readonly skipped: boolean
}

/** Sizes in bytes. */
export interface LogicalVolumes {
  readonly group: { readonly size: number; readonly free: number; readonly extent: number } | undefined
  readonly volumes: Readonly<Record<string, LogicalVolume>>
}

const LIST = ['--noheadings', '--nosuffix', '--units', 'b', '--separator', '|'] as const

export function volumesProbe(vg: string): Probe<LogicalVolumes> {
  return {
    kind: 'lvm_volumes',
    key: vg,
    script: [
      'if ! sr_has lvs; then (exit 127); else',
      `vgs ${quoteArgv([...LIST, '-o', 'vg_size,vg_free,vg_extent_size', '--', vg])} 2>/dev/null | sed 's/^ */vg|/'`,
      `lvs -a ${quoteArgv([...LIST, '-o', 'lv_name,lv_size,lv_active,lv_skip_activation', '--', vg])} 2>/dev/null | sed 's/^ */lv|/'; fi`,
    ].join('\n'),
    parse({ rc, text }) {
      if (rc === 127) return new Unavailable('there is no LVM on this host', 'install the package lvm2 first')
      const rows = text.split('\n').map((line) => line.split('|'))
      const [, size, free, extent] = rows.find(([tag]) => tag === 'vg') ?? []
      return {
        group: size === undefined ? undefined : { size: Number(size), free: Number(free), extent: Number(extent) },
        volumes: Object.fromEntries(
          rows.flatMap(([tag, name = '', bytes, active, skip = '']) =>
            tag === 'lv' ? [[name, { size: Number(bytes), active: active === 'active', skipped: skip !== '' }]] : [],
          ),
        ),
      }
    },
    fresh: () => ({ group: undefined, volumes: {} }),
  }
}

const UNITS = 'bkmgtpe'

/** The size that is asked for, in whole extents; undefined where what is there is enough (a part of what is free). */
export function wantedBytes(text: string, state: LogicalVolumes, current: number | undefined): number | undefined {
  const [, more = '', number = '', unit = 'm', whole] = SIZE.exec(text) ?? []
  const group = state.group ?? { size: 0, free: 0, extent: 4 * 1024 * 1024 }
  if (whole !== undefined) {
    const of = whole.toUpperCase() === 'FREE' ? group.free : group.size
    if (whole.toUpperCase() === 'FREE' && more === '' && current !== undefined) return undefined
    return Math.floor(((Number(number) / 100) * of + (more === '' ? 0 : (current ?? 0))) / group.extent) * group.extent
  }
  const letter = unit.toLowerCase()
  const bytes = Number(number) * (letter === 's' ? 512 : 1024 ** UNITS.indexOf(letter))
  return Math.ceil((bytes + (more === '' ? 0 : (current ?? 0))) / group.extent) * group.extent
}

/** The size as options of lvcreate and lvextend. */
export function sizeOptions(text: string): readonly string[] {
  if (text.includes('%')) return ['-l', text]
  return ['-L', /\d$/.test(text) ? `${text}m` : text]
}
