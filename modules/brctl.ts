import { args, type Change, defineModule, type Failure, fail, resource, z } from '../runner/module/index.ts'
import { type Bridge, bridgeProbe, COMMANDS } from './_bridge.ts'

const interfaceName = () => z.string().regex(/^[^\s/:]{1,15}$/, 'expected the name of a network interface')

const schema = z.strictObject({
  bridge: interfaceName().describe('Name of the bridge.'),
  ports: args.list(interfaceName()).default([]).describe('Interfaces that are to be its ports.'),
  exclusive: args.bool().default(false).describe('Other ports go.'),
  state: z.enum(['present', 'absent']).default('present'),
  stp: args.bool().optional().describe('Spanning tree protocol.'),
  forward_delay: args.float().optional().describe('Seconds; 0 where no spanning tree is wanted.'),
  up: args.bool().default(true).describe('The bridge is to be up.'),
})

type Args = z.infer<typeof schema>
type State = Bridge | 'absent'

const NEW: Bridge = { ports: [], stp: false, forwardDelay: 15, up: false }

export default defineModule<Args, State>({
  name: 'brctl',
  summary: 'Ensure that a Linux bridge exists with the wanted ports.',
  description:
    'The kernel’s own state is changed, with `ip` or `brctl`; to have it again after a restart is the business of the network configuration.',
  args: schema,
  aliases: { name: 'bridge', interfaces: 'ports', interface: 'ports' },
  returns: z.object({ bridge: z.string(), ports: z.array(z.string()) }),
  examples: [
    { name: 'A bridge', yaml: 'brctl:\n  bridge: br-demo\n  stp: false\n  forward_delay: 2\n', lab: { first: 'changed' } },
    { name: 'No such bridge', yaml: 'brctl:\n  bridge: br-none\n  state: absent\n', lab: { first: 'ok' } },
  ],
  async check(host, task) {
    const bridge = await host.probe(bridgeProbe(task.bridge))
    return bridge === 'taken' ? fail(`${task.bridge} is an interface of another kind`) : bridge
  },
  plan(state, task): readonly Change[] | Failure {
    if (task.state === 'absent')
      return state === 'absent'
        ? []
        : [
            step(task, 'absent', {
              what: `remove bridge ${task.bridge}`,
              script: [...(state.up ? [COMMANDS.up(task.bridge, false)] : []), COMMANDS.remove(task.bridge)].join(' && '),
            }),
          ]
    const wanted = wantedBridge(state, task)
    const creation =
      state === 'absent' ? [step(task, wanted, { what: `create bridge ${task.bridge}`, script: COMMANDS.create(task.bridge) })] : []
    return [...creation, ...differences(state === 'absent' ? NEW : state, wanted, task)]
  },
  result: (state, task) => ({ bridge: task.bridge, ports: task.state === 'absent' ? [] : wantedBridge(state, task).ports }),
})

function wantedBridge(state: State, task: Args): Bridge {
  const now = state === 'absent' ? NEW : state
  const kept = task.exclusive ? now.ports.filter((port) => task.ports.includes(port)) : now.ports
  return {
    ports: [...kept, ...task.ports.filter((port) => !kept.includes(port))],
    stp: task.stp ?? now.stp,
    forwardDelay: task.forward_delay ?? now.forwardDelay,
    up: task.up,
  }
}

function differences(now: Bridge, wanted: Bridge, task: Args): readonly Change[] {
  const { bridge } = task
  const out: { readonly what: string; readonly script: string }[] = []
  if (now.stp !== wanted.stp)
    out.push({ what: `turn spanning tree of ${bridge} ${wanted.stp ? 'on' : 'off'}`, script: COMMANDS.stp(bridge, wanted.stp) })
  if (now.forwardDelay !== wanted.forwardDelay)
    out.push({
      what: `set the forward delay of ${bridge} to ${String(wanted.forwardDelay)} s`,
      script: COMMANDS.forwardDelay(bridge, wanted.forwardDelay),
    })
  for (const port of now.ports.filter((each) => !wanted.ports.includes(each)))
    out.push({ what: `take port ${port} off ${bridge}`, script: COMMANDS.removePort(bridge, port) })
  for (const port of wanted.ports.filter((each) => !now.ports.includes(each)))
    out.push({ what: `add port ${port} to ${bridge}`, script: COMMANDS.addPort(bridge, port) })
  if (now.up !== wanted.up) out.push({ what: `set ${bridge} ${wanted.up ? 'up' : 'down'}`, script: COMMANDS.up(bridge, wanted.up) })
  return out.map((difference) => step(task, wanted, difference))
}

function step(task: Args, after: State, done: { readonly what: string; readonly script: string }): Change {
  return {
    what: done.what,
    actions: [{ do: 'script', script: done.script, purpose: done.what }],
    effects: [resource('bridge', task.bridge, after)],
  }
}
