import { type Change, defineModule, Failure, fail, resource, z } from '../runner/module/index.ts'
import { type LogicalVolumes, type LvolArgs, lvolSchema, sizeOptions, volumesProbe, wantedBytes } from './_lvol.ts'
import { lvolExamples } from './_lvol-examples.ts'
import { splitWords } from './_shlex.ts'

export default defineModule<LvolArgs, LogicalVolumes>({
  name: 'lvol',
  fqcn: ['community.general.lvol'],
  summary: 'Create, resize and remove logical volumes of LVM.',
  description: 'A size that is a part of what is free (`100%FREE`) is for a new volume: one that is there keeps its size.',
  args: lvolSchema,
  returns: z.object({ vg: z.string(), lv: z.string().optional(), size: z.number().optional().describe('Bytes.') }),
  examples: [
    ...lvolExamples,
    {
      name: 'Not there',
      yaml: 'lvol:\n  vg: lvolvg\n  lv: srv\n  state: absent\n  force: true\n',
      lab: { first: 'ok', before: 'apt:\n  name: lvm2\n  cache_valid_time: 3600\n  install_recommends: false\n' },
    },
  ],
  check: (host, task) => host.probe(volumesProbe(task.vg)),
  plan,
  result: (state, task) => {
    const size = task.size === undefined ? undefined : wantedBytes(task.size, state, state.volumes[nameOf(task)]?.size)
    return { vg: task.vg, lv: nameOf(task), ...(task.state === 'absent' || size === undefined ? {} : { size }) }
  },
})

function nameOf(task: LvolArgs): string {
  return task.snapshot ?? task.lv ?? task.thinpool ?? ''
}

function plan(state: LogicalVolumes, task: LvolArgs): readonly Change[] | Failure {
  const name = nameOf(task)
  const volume = state.volumes[name]
  if (state.group === undefined) return task.state === 'absent' ? [] : fail(`Volume group ${task.vg} does not exist.`)
  if (task.state === 'absent') {
    if (volume === undefined) return []
    if (!task.force) return fail(`Sorry, no removal of logical volume ${name} without force=true.`)
    return [
      change(
        `remove logical volume ${task.vg}/${name}`,
        ['lvremove', '--force', '-y', `${task.vg}/${name}`],
        after(state, task, undefined),
      ),
    ]
  }
  if (volume === undefined) return creation(state, task)
  const resized = task.size === undefined ? [] : resizing(state, task, volume)
  return resized instanceof Failure ? resized : [...resized, ...activation(state, task, volume)]
}

type Volume = LogicalVolumes['volumes'][string]

function creation(state: LogicalVolumes, task: LvolArgs): readonly Change[] | Failure {
  const { vg, lv, snapshot, thinpool, size } = task
  const name = nameOf(task)
  if (snapshot !== undefined && state.volumes[lv ?? ''] === undefined)
    return fail(`Snapshot origin LV ${lv ?? ''} does not exist in volume group ${vg}.`)
  if (size === undefined && snapshot === undefined) return fail(`No size given for the new logical volume ${name}.`, { hint: 'give size' })
  const isThin = thinpool !== undefined && lv !== undefined
  const bytes = size === undefined ? 0 : (wantedBytes(size, state, undefined) ?? 0)
  if (!isThin && bytes > (state.group?.free ?? 0))
    return fail(`Volume group ${vg} has too little room for ${name}: ${String(state.group?.free ?? 0)} of ${String(bytes)} bytes`)
  const given = size === undefined ? [] : isThin ? ['-V', sizeOptions(size)[1] ?? ''] : sizeOptions(size)
  const place =
    snapshot !== undefined
      ? ['-s', '-n', snapshot, `${vg}/${lv ?? ''}`]
      : thinpool !== undefined
        ? [...(isThin ? ['-n', name] : []), '-T', `${vg}/${thinpool}`]
        : ['-n', name, vg]
  const active = task.active || snapshot !== undefined || thinpool !== undefined ? [] : ['-an', '-Zn', '-Wn']
  const argv = ['lvcreate', '-y', ...active, ...given, ...(splitWords(task.opts) ?? []), ...place, ...task.pvs]
  return [
    change(
      `create logical volume ${vg}/${name}${size === undefined ? '' : ` (${size})`}`,
      argv,
      after(state, task, { size: bytes, active: task.active, skipped: false }),
    ),
  ]
}

function resizing(state: LogicalVolumes, task: LvolArgs, volume: Volume): readonly Change[] | Failure {
  const { vg, size = '' } = task
  const name = nameOf(task)
  const bytes = wantedBytes(size, state, volume.size)
  if (bytes === undefined || bytes === volume.size) return []
  if (bytes < volume.size && !task.shrink) return []
  if (bytes < volume.size && !task.force) return fail(`Sorry, no shrinking of ${name} without force=true.`)
  if (bytes - volume.size > (state.group?.free ?? 0) && task.thinpool === undefined)
    return fail(
      `Logical Volume ${name} could not be extended. Not enough free space left (${String(bytes - volume.size)} required / ${String(state.group?.free ?? 0)} available)`,
    )
  const argv = [
    bytes > volume.size ? 'lvextend' : 'lvreduce',
    ...(bytes > volume.size ? [] : ['--force', '-y']),
    ...(task.resizefs ? ['--resizefs'] : []),
    '-L',
    `${String(bytes)}b`,
  ]
  return [
    change(
      `resize logical volume ${vg}/${name} from ${String(volume.size)} to ${String(bytes)} bytes`,
      [...argv, `${vg}/${name}`, ...task.pvs],
      after(state, task, { ...volume, size: bytes }),
    ),
  ]
}

function activation(state: LogicalVolumes, task: LvolArgs, volume: Volume): readonly Change[] {
  if (volume.active === task.active || (task.active && volume.skipped)) return []
  const name = nameOf(task)
  const argv = ['lvchange', task.active ? '-ay' : '-an', `${task.vg}/${name}`]
  return [
    change(
      `${task.active ? 'activate' : 'deactivate'} logical volume ${task.vg}/${name}`,
      argv,
      after(state, task, { ...volume, active: task.active }),
    ),
  ]
}

/** The group with the volume as it is then. */
function after(state: LogicalVolumes, task: LvolArgs, volume: Volume | undefined): Change['effects'] {
  const name = nameOf(task)
  const others = Object.fromEntries(Object.entries(state.volumes).filter(([other]) => other !== name))
  const taken = (volume?.size ?? 0) - (state.volumes[name]?.size ?? 0)
  const group =
    state.group === undefined
      ? undefined
      : { ...state.group, free: state.group.free - (task.thinpool !== undefined && task.lv !== undefined ? 0 : taken) }
  const volumes = volume === undefined ? others : { ...others, [name]: volume }
  return [resource('lvm_volumes', task.vg, { group, volumes } satisfies LogicalVolumes)]
}

function change(what: string, argv: readonly string[], effects: Change['effects']): Change {
  return { what, actions: [{ do: 'run', argv }], effects }
}
