import { defineModule, type Failure, type FileState, fail, type ReadOnlyHost, z } from '../runner/module/index.ts'
import { type LvgArgs, lvgSchema } from './_lvg-args.ts'
import { planGroup } from './_lvg-plan.ts'
import { type VolumeGroup, volumeGroupProbe } from './_lvm.ts'

export default defineModule<LvgArgs, VolumeGroup>({
  name: 'lvg',
  fqcn: ['community.general.lvg', 'community.general.system.lvg'],
  summary: 'Create, extend and remove volume groups of LVM.',
  description: 'What is on a device that becomes a physical volume is not overwritten: LVM refuses it.',
  args: lvgSchema,
  returns: z.object({ vg: z.string() }),
  examples: [
    {
      name: 'A group on one disk',
      yaml: 'lvg:\n  vg: labvg\n  pvs: "{{ disk.device }}"\n  pvresize: true\n',
      lab: {
        first: 'changed',
        second: 'ok',
        before: [
          '- apt:\n    name: lvm2\n    cache_valid_time: 3600\n    install_recommends: false\n',
          '- losetup:\n    file: /var/tmp/lvg1.img\n    size: 40M\n  register: disk\n',
          '- losetup:\n    file: /var/tmp/lvg2.img\n    size: 40M\n  register: spare\n',
        ].join(''),
      },
    },
    {
      name: 'Another disk more',
      yaml: 'lvg:\n  vg: labvg\n  pvs: ["{{ disk.device }}", "{{ spare.device }}"]\n',
      lab: { first: 'changed', second: 'ok' },
    },
    { name: 'Gone', yaml: 'lvg:\n  vg: labvg\n  state: absent\n', lab: { first: 'changed', second: 'ok' } },
  ],
  check: readGroup,
  plan: planGroup,
  result: (_state, task) => ({ vg: task.vg }),
})

async function readGroup(host: ReadOnlyHost, task: LvgArgs): Promise<VolumeGroup | Failure> {
  const devices = task.state === 'absent' ? [] : (task.pvs ?? [])
  const [state, files] = await Promise.all([
    host.probe(volumeGroupProbe(task.vg, devices)),
    Promise.all(devices.map((device) => host.file(device, { follow: true }))),
  ])
  if (task.state === 'absent') return state
  const missing = devices.find((_, index) => isMissing(files[index]))
  if (missing !== undefined) return fail(`Device ${missing} not found.`)
  if (state.group === undefined && devices.length === 0) return fail('No physical volumes given.', { hint: 'a new volume group needs pvs' })
  return state
}

function isMissing(file: FileState | undefined): boolean {
  return file === undefined || file.type === 'absent'
}
