import { isIP } from 'node:net'
import { posix } from 'node:path'
import { args, type Change, defineModule, type Failure, fail, fileWritten, resource, z } from '../runner/module/index.ts'
import { expandPath } from './_expand.ts'
import { deviceName, type Ring, type RingDevice, ringProbe, sameDevice } from './_swift-ring.ts'

const schema = z.strictObject({
  path: z
    .string()
    .regex(/\.builder$/, 'expected the path of a .builder file')
    .describe('The builder file; the ring file lies beside it.'),
  part_power: args.int().describe('The ring has 2 to the power of this many partitions; it cannot be changed later.'),
  replicas: args.float().default(3),
  min_part_hours: args.int().default(1).describe('Hours before a partition may move again.'),
  devices: z
    .array(
      z.strictObject({
        region: args.int().default(1),
        zone: args.int().default(1),
        ip: z.string(),
        port: args.int(),
        device: z.string().describe('Name of the folder under the servers’ `devices` folder.'),
        weight: args.float().default(100),
      }),
    )
    .describe('All devices of the ring; others are removed.'),
  replace_all: args
    .bool()
    .default(false)
    .describe('Let none of the ring’s devices stay. Nothing is moved from the old ones to the new: this is for a ring without data.'),
  rebalance: args
    .bool()
    .default(true)
    .describe('Assign partitions and write the ring file where devices changed or the ring file is missing.'),
  backup: args.bool().default(false).describe('Keep the builder file as it was before a change, in the folder `backups` beside it.'),
})

type Args = z.infer<typeof schema>

interface State {
  readonly path: string
  readonly ring: Ring
}

export default defineModule<Args, State>({
  name: 'swift_ring',
  summary: 'Ensure that a ring of the object store has its devices.',
  description: 'Devices are added, removed and weighed by their difference to the builder file; a ring in order is not rebalanced.',
  args: schema,
  aliases: { builder: 'path' },
  returns: z.object({
    path: z.string(),
    ring: z.string(),
    devices: z.number(),
    rebalanced: z.boolean(),
    backup_file: z.string().optional(),
  }),
  examples: [
    {
      name: 'A ring of three zones',
      yaml: 'swift_ring:\n  path: /etc/swift/object.builder\n  part_power: 10\n  replicas: 3\n  devices:\n    - {zone: 1, ip: 192.0.2.1, port: 6200, device: sdb1}\n    - {zone: 2, ip: 192.0.2.2, port: 6200, device: sdb1}\n    - {zone: 3, ip: 192.0.2.3, port: 6200, device: sdb1}\n',
      lab: {
        first: 'changed',
        before: 'apt:\n  name: swift\n  install_recommends: false\n  update_cache: true\n  cache_valid_time: 3600\n',
      },
    },
  ],
  async check(host, task) {
    const path = await expandPath(host, task.path)
    const ring = await host.probe(ringProbe(path))
    const power = Math.log2(ring.partitions)
    if (ring.exists && power !== task.part_power)
      return fail(`${path} has part_power ${String(power)}, which cannot be changed to ${String(task.part_power)}`)
    return { path, ring }
  },
  plan(state, task): readonly Change[] | Failure {
    const twice = task.devices.find((device, index) => task.devices.findIndex((other) => sameDevice(device, other)) !== index)
    if (twice !== undefined) return fail(`device ${deviceName(twice)} is listed twice`)
    if (!task.replace_all && noneStays(state.ring, task)) return fail(`no device of ${state.path} would stay`, { hint: STAY })
    const changes = [...settings(state, task), ...devices(state, task)]
    return backedUp(state, task, [...changes, ...rebalancing(state, task, changes.length > 0)])
  },
  result({ path }, task, outcomes) {
    const backup = outcomes.find((outcome) => outcome.id === 'backup')?.stdout.trim()
    return {
      path,
      ring: ringFile(path),
      devices: task.devices.length,
      rebalanced: outcomes.some((outcome) => outcome.id === 'rebalance' && /^Reassigned \d/m.test(outcome.stdout)),
      ...(backup === undefined ? {} : { backup_file: backup }),
    }
  },
})

const STAY =
  'a device that is out of the ring replicates nothing: what it holds could not be found any more. Let some of the devices stay until the new ones have their replicas; replace_all says that nothing is to be kept'

function noneStays(ring: Ring, { devices }: Args): boolean {
  return ring.devices.length > 0 && ring.devices.every((device) => !devices.some((wanted) => sameDevice(wanted, device)))
}

/** The builder file is what a ring can be changed by: a copy of it goes before the first change. */
function backedUp({ path, ring }: State, task: Args, changes: readonly Change[]): readonly Change[] {
  const [first, ...rest] = changes
  if (first === undefined || !task.backup || !ring.exists) return changes
  const copy = { do: 'run' as const, id: 'backup', argv: ['sh', '-c', BACKUP, 'backup', path, `${posix.dirname(path)}/backups`] }
  return [{ ...first, actions: [copy, ...first.actions] }, ...rest]
}

/** Named as swift itself names the copies that it makes after a rebalance: by the time, here with the word that it is the old one. */
const BACKUP = 'mkdir -p "$2" && to=$2/$(date +%s).before.${1##*/} && cp -p -- "$1" "$to" && printf "%s\\n" "$to"'

function settings({ path, ring }: State, task: Args): readonly Change[] {
  const [replicas, hours] = [String(task.replicas), String(task.min_part_hours)]
  if (!ring.exists) {
    return [builder(path, { what: `create ring ${path}`, words: ['create', String(task.part_power), replicas, hours] }, task)]
  }
  return [
    ...(ring.replicas === task.replicas
      ? []
      : [builder(path, { what: `set replicas of ${path} to ${replicas}`, words: ['set_replicas', replicas] }, task)]),
    ...(ring.minPartHours === task.min_part_hours
      ? []
      : [builder(path, { what: `set min_part_hours of ${path} to ${hours}`, words: ['set_min_part_hours', hours] }, task)]),
  ]
}

function devices(state: State, task: Args): readonly Change[] {
  const { path, ring } = state
  const removed = ring.devices.filter((device) => !task.devices.some((wanted) => sameDevice(wanted, device)))
  return [
    ...removed.map((device) =>
      builder(path, { what: `remove device ${deviceName(device)} from ${path}`, words: ['remove', `d${String(device.id)}`] }, task),
    ),
    ...task.devices.flatMap((wanted) => {
      const present = ring.devices.find((device) => sameDevice(wanted, device))
      if (present === undefined || present.weight === wanted.weight) return []
      const weight = String(wanted.weight)
      const what = `set the weight of ${deviceName(wanted)} to ${weight} in ${path}`
      return [builder(path, { what, words: ['set_weight', `d${String(present.id)}`, weight] }, task)]
    }),
    ...additions(state, task),
  ]
}

/** Addresses that are numbers go in one go, as the program takes longer to start than to add a device; it takes names one at a time. */
function additions({ path, ring }: State, task: Args): readonly Change[] {
  const added = task.devices.filter((wanted) => !ring.devices.some((device) => sameDevice(wanted, device)))
  const numeric = added.filter((device) => isIP(device.ip) !== 0)
  const named = added.filter((device) => isIP(device.ip) === 0)
  return [
    ...(numeric.length === 0 ? [] : [addition(path, task, { added: numeric, words: numeric.flatMap(shortWords) })]),
    ...named.map((device) => addition(path, task, { added: [device], words: longWords(device) })),
  ]
}

function addition(path: string, task: Args, { added, words }: { added: readonly RingDevice[]; words: readonly string[] }): Change {
  const what = `add ${added.length === 1 ? 'device' : 'devices'} ${added.map(deviceName).join(', ')} to ${path}`
  return builder(path, { what, words: ['add', ...words] }, task)
}

function shortWords(device: RingDevice): readonly string[] {
  const { ip, weight } = device
  return [deviceName({ ...device, ip: isIP(ip) === 6 ? `[${ip}]` : ip }), String(weight)]
}

function longWords({ region, zone, ip, port, device, weight }: RingDevice): readonly string[] {
  const options = { region, zone, ip, port, device, weight }
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
}

function rebalancing({ path, ring }: State, task: Args, changed: boolean): readonly Change[] {
  if (!task.rebalance || task.devices.length === 0) return []
  const pending = ring.file !== 'current' && !(ring.resting && ring.file === 'obsolete')
  if (!changed && !pending) return []
  const rebalance = builder(path, { what: `rebalance ${path}`, words: ['rebalance'] }, task)
  const action = { do: 'run' as const, id: 'rebalance', argv: ['sh', '-c', REBALANCE, 'rebalance', path], okCodes: [0, 1] }
  return [{ ...rebalance, actions: [action], effects: [...(rebalance.effects ?? []), fileWritten(ringFile(path))] }]
}

/** Exit code 1 is a warning: nothing to move, or not yet. Then the ring file is written as things are. */
const REBALANCE =
  'rc=0; swift-ring-builder "$1" rebalance || rc=$?; [ "$rc" != 1 ] || swift-ring-builder "$1" write_ring || rc=$?; exit "$rc"'

function builder(path: string, step: { readonly what: string; readonly words: readonly string[] }, task: Args): Change {
  const after: Ring = {
    exists: true,
    partitions: 2 ** task.part_power,
    replicas: task.replicas,
    minPartHours: task.min_part_hours,
    devices: task.devices.map((device, id) => ({ ...device, id, partitions: 1 })),
    file: 'current',
    resting: true,
  }
  return {
    what: step.what,
    actions: [{ do: 'run', argv: ['swift-ring-builder', path, ...step.words] }],
    effects: [resource('swift_ring', path, after), fileWritten(path)],
  }
}

function ringFile(path: string): string {
  return path.replace(/\.builder$/, '.ring.gz')
}
