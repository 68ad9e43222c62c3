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
  rebalance: args
    .bool()
    .default(true)
    .describe('Assign partitions and write the ring file where devices changed or the ring file is missing.'),
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
  returns: z.object({ path: z.string(), ring: z.string(), devices: z.number(), rebalanced: z.boolean() }),
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
    const changes = [...settings(state, task), ...devices(state, task)]
    return [...changes, ...rebalancing(state, task, changes.length > 0)]
  },
  result: ({ path }, task, outcomes) => ({
    path,
    ring: ringFile(path),
    devices: task.devices.length,
    rebalanced: outcomes.some((outcome) => outcome.id === 'rebalance' && outcome.rc === 0),
  }),
})

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

function devices({ path, ring }: State, task: Args): readonly Change[] {
  const removed = ring.devices.filter((device) => !task.devices.some((wanted) => sameDevice(wanted, device)))
  return [
    ...removed.map((device) =>
      builder(path, { what: `remove device ${deviceName(device)} from ${path}`, words: ['remove', `d${String(device.id)}`] }, task),
    ),
    ...task.devices.flatMap((wanted) => {
      const present = ring.devices.find((device) => sameDevice(wanted, device))
      if (present === undefined)
        return [builder(path, { what: `add device ${deviceName(wanted)} to ${path}`, words: ['add', ...addWords(wanted)] }, task)]
      const weight = String(wanted.weight)
      return present.weight === wanted.weight
        ? []
        : [
            builder(
              path,
              {
                what: `set the weight of ${deviceName(wanted)} to ${weight} in ${path}`,
                words: ['set_weight', `d${String(present.id)}`, weight],
              },
              task,
            ),
          ]
    }),
  ]
}

function addWords(device: RingDevice): readonly string[] {
  const { region, zone, ip, port, weight } = device
  return [
    '--region',
    String(region),
    '--zone',
    String(zone),
    '--ip',
    ip,
    '--port',
    String(port),
    '--device',
    device.device,
    '--weight',
    String(weight),
  ]
}

/** Exit code 1 is a warning: nothing to move, or not yet. Then the ring file is written as things are. */
function rebalancing({ path, ring }: State, task: Args, changed: boolean): readonly Change[] {
  if (!task.rebalance || task.devices.length === 0) return []
  const pending = ring.file !== 'current' && !(ring.resting && ring.file === 'obsolete')
  if (!changed && !pending) return []
  const rebalance = builder(path, { what: `rebalance ${path}`, words: ['rebalance'] }, task)
  const write = { do: 'run' as const, argv: ['swift-ring-builder', path, 'write_ring'], okCodes: [0, 1] }
  const actions = rebalance.actions.map((action) => ({ ...action, id: 'rebalance' }))
  return [{ ...rebalance, actions: [...actions, write], effects: [...(rebalance.effects ?? []), fileWritten(ringFile(path))] }]
}

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
    actions: [{ do: 'run', argv: ['swift-ring-builder', path, ...step.words], okCodes: step.words[0] === 'rebalance' ? [0, 1] : [0] }],
    effects: [resource('swift_ring', path, after), fileWritten(path)],
  }
}

function ringFile(path: string): string {
  return path.replace(/\.builder$/, '.ring.gz')
}
