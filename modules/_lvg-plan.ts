import { type Change, type Failure, fail, type RunAction, resource } from '../runner/module/index.ts'
import type { LvgArgs } from './_lvg-args.ts'
import { hasGrown, type PhysicalVolume, type VolumeGroup } from './_lvm.ts'
import { splitWords } from './_shlex.ts'

export function planGroup(state: VolumeGroup, task: LvgArgs): readonly Change[] | Failure {
  if (task.state === 'absent') return removal(state, task)
  const taken = wantedVolumes(state, task).find((pv) => pv.vg !== '' && pv.vg !== task.vg)
  if (taken !== undefined) return fail(`Device ${taken.name} is already in ${taken.vg} volume group.`)
  const changes =
    state.group === undefined
      ? [...creation(state, task), ...activation(state, task)]
      : [...uuids(state, task), ...membership(state, task), ...growth(state, task), ...activation(state, task)]
  const effects = [believed(task, groupAfter(state, task))]
  return changes.map((change) => ({ ...change, effects }))
}

/** The group once all changes are made. */
function groupAfter(state: VolumeGroup, task: LvgArgs): VolumeGroup {
  const old = state.pvs.filter((pv) => pv.vg === task.vg).map((pv) => pv.name)
  const wanted = wantedVolumes(state, task).map((pv) => pv.name)
  const kept = task.pvs === undefined || !task.remove_extra_pvs ? old : old.filter((name) => wanted.includes(name))
  const members = [...new Set([...wanted, ...kept])]
  const others = state.pvs.filter((pv) => !members.includes(pv.name) && pv.vg !== task.vg)
  const known = (name: string): PhysicalVolume =>
    state.pvs.find((pv) => pv.name === name) ?? { name, vg: task.vg, device: 0, used: 0, extent: 0 }
  const grown = (pv: PhysicalVolume): PhysicalVolume => (task.pvresize && wanted.includes(pv.name) ? { ...pv, used: pv.device } : pv)
  const group = state.group ?? NEW
  const on = task.state === 'active' ? true : task.state === 'inactive' ? false : undefined
  return {
    ...state,
    group: on === undefined ? group : { ...group, autoactivation: on, active: on ? group.volumes : 0 },
    pvs: [...others, ...members.map((name) => grown({ ...known(name), vg: task.vg }))],
  }
}

const NEW = { volumes: 0, active: 0, autoactivation: true }

function removal({ group }: VolumeGroup, task: LvgArgs): readonly Change[] | Failure {
  if (group === undefined) return []
  if (group.volumes > 0 && !task.force)
    return fail(`Refuse to remove non-empty volume group ${task.vg} without force=true`, { data: { volumes: group.volumes } })
  return [
    {
      what: `remove volume group ${task.vg}${group.volumes > 0 ? ` with its ${String(group.volumes)} volumes` : ''}`,
      actions: [run(['vgremove', ...(task.force ? ['--force', '--yes'] : []), task.vg])],
      effects: [believed(task, { group: undefined, pvs: [], names: {} })],
    },
  ]
}

/** The task's devices as LVM knows them; those that it does not know yet have no sizes. */
function wantedVolumes({ pvs, names }: VolumeGroup, task: LvgArgs): readonly PhysicalVolume[] {
  return (task.pvs ?? []).map((device) => {
    const name = names[device] ?? device
    return pvs.find((pv) => pv.name === name) ?? { name, vg: '', device: 0, used: 0, extent: 0 }
  })
}

function creation(state: VolumeGroup, task: LvgArgs): readonly Change[] {
  const wanted = wantedVolumes(state, task)
  const devices = wanted.map((pv) => pv.name)
  return [
    {
      what: `create volume group ${task.vg} on ${devices.join(', ')}`,
      actions: [...initialize(state, task, devices), run(['vgcreate', ...words(task.vg_options), '-s', task.pesize, task.vg, ...devices])],
    },
  ]
}

/** Makes physical volumes of devices that are none. A device that holds something else is refused by LVM. */
function initialize({ pvs }: VolumeGroup, task: LvgArgs, devices: readonly string[]): readonly RunAction[] {
  const raw = devices.filter((device) => pvs.every((pv) => pv.name !== device))
  return raw.map((device) => run(['pvcreate', ...words(task.pv_options), '-f', device]))
}

function membership(state: VolumeGroup, task: LvgArgs): readonly Change[] {
  if (task.pvs === undefined) return []
  const devices = wantedVolumes(state, task).map((pv) => pv.name)
  const members = state.pvs.filter((pv) => pv.vg === task.vg).map((pv) => pv.name)
  const added = devices.filter((device) => !members.includes(device))
  const removed = task.remove_extra_pvs ? members.filter((member) => !devices.includes(member)) : []
  return [
    ...(added.length === 0
      ? []
      : [
          {
            what: `add ${added.join(', ')} to volume group ${task.vg}`,
            actions: [...initialize(state, task, added), run(['vgextend', task.vg, ...added])],
          },
        ]),
    ...(removed.length === 0
      ? []
      : [
          {
            what: `take ${removed.join(', ')} out of volume group ${task.vg}`,
            actions: [run(['vgreduce', task.vg, ...removed])],
          },
        ]),
  ]
}

function growth(state: VolumeGroup, task: LvgArgs): readonly Change[] {
  if (!task.pvresize) return []
  const grown = wantedVolumes(state, task).filter((pv) => pv.vg === task.vg && hasGrown(pv))
  return grown.map((pv) => ({
    what: `grow physical volume ${pv.name}`,
    actions: [run(['pvresize', pv.name])],
  }))
}

function uuids(state: VolumeGroup, task: LvgArgs): readonly Change[] {
  const members = state.pvs.filter((pv) => pv.vg === task.vg).map((pv) => pv.name)
  return [
    ...(task.reset_vg_uuid ? [{ what: `give volume group ${task.vg} a new UUID`, actions: [run(['vgchange', '--uuid', task.vg])] }] : []),
    ...(task.reset_pv_uuid && members.length > 0
      ? [{ what: `give ${members.join(', ')} new UUIDs`, actions: [run(['pvchange', '--uuid', ...members])] }]
      : []),
  ]
}

/** Which volumes are active now, and whether they are after the host's next start. */
function activation({ group }: VolumeGroup, task: LvgArgs): readonly Change[] {
  if (task.state !== 'active' && task.state !== 'inactive') return []
  const on = task.state === 'active'
  const now = group ?? NEW
  const actions = [
    ...(now.autoactivation === on ? [] : [run(['vgchange', '--setautoactivation', on ? 'y' : 'n', task.vg])]),
    ...(now.active === (on ? now.volumes : 0) ? [] : [run(['vgchange', '--activate', on ? 'y' : 'n', task.vg])]),
  ]
  return actions.length === 0 ? [] : [{ what: `${on ? 'activate' : 'deactivate'} volume group ${task.vg}`, actions }]
}

function believed(task: LvgArgs, { group, pvs, names }: VolumeGroup) {
  return resource('lvm_vg', task.vg, { group, pvs, names })
}

function words(options: string): readonly string[] {
  return splitWords(options) ?? []
}

/** Nobody is there to answer what LVM may ask. */
function run(argv: readonly string[]): RunAction {
  return { do: 'run', argv, stdin: '', env: { LC_ALL: 'C' } }
}
