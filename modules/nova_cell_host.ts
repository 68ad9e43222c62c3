import { args as arg, type Change, defineModule, type Failure, fail, UnknownState, z } from '../runner/module/index.ts'
import { CELL0, cellArguments, cellCommand, cellsEffect, cellsProbe, hostIsMapped, type NovaCell, type NovaCells } from './_nova-cells.ts'

const schema = z.strictObject({
  host: arg.str().describe('Name that its nova-compute reports: `host` of its nova.conf, else the name of the machine.'),
  state: z.enum(['present', 'absent']).default('present').describe('Only a host without servers can go.'),
  ...cellArguments,
})

type Args = z.output<typeof schema>

export default defineModule<Args, NovaCells>({
  name: 'nova_cell_host',
  summary: 'Let OpenStack Compute use a compute host that has joined.',
  description:
    'Runs where nova-manage and the database are: on a controller. The host’s nova-compute must have reported itself; the scheduler knows the host at once, and need not look for new ones by itself.',
  args: schema,
  returns: z.object({ host: z.string(), cell: z.string().optional() }),
  examples: [
    { name: 'A compute host that has joined', yaml: 'nova_cell_host:\n  host: compute\ndelegate_to: controller\n', lab: false },
    { name: 'One that has left', yaml: 'nova_cell_host:\n  host: old\n  state: absent\ndelegate_to: controller\n', lab: false },
  ],
  async check(host, args) {
    const state = await host.probe(cellsProbe(args))
    if (host.predicted && args.state === 'present' && !state.cells.some(isForHosts)) throw new UnknownState('the cell is still to be made')
    return state
  },
  plan: (state, args) => (args.state === 'present' ? discovery(state, args) : removal(state, args)),
  result: (state, args) => {
    const cell = state.hosts.find((host) => host.name === args.host)?.cell
    return { host: args.host, ...(cell === undefined ? {} : { cell }) }
  },
})

function discovery(state: NovaCells, args: Args): readonly Change[] | Failure {
  if (state.hosts.some((host) => host.name === args.host)) return []
  const cell = state.cells.find(isForHosts)
  if (cell === undefined) return fail('there is no cell that could have hosts', { hint: 'make one with nova_cell' })
  const discover = cellCommand(args, ['discover_hosts'])
  return [
    {
      what: `find compute host ${args.host}`,
      // Two at once would find the same host, and one of them would fail.
      actions: [{ ...discover, argv: ['flock', '/run/lock/nova-discover-hosts', ...discover.argv] }, hostIsMapped(args, args.host)],
      effects: [cellsEffect({ ...state, hosts: [...state.hosts, { name: args.host, cell: cell.uuid }] })],
    },
  ]
}

function isForHosts(cell: NovaCell): boolean {
  return cell.uuid !== CELL0
}

function removal(state: NovaCells, args: Args): readonly Change[] {
  const host = state.hosts.find((each) => each.name === args.host)
  if (host === undefined) return []
  return [
    {
      what: `forget compute host ${args.host}`,
      actions: [cellCommand(args, ['delete_host', '--cell_uuid', host.cell, '--host', host.name])],
      effects: [cellsEffect({ ...state, hosts: state.hosts.filter((each) => each !== host) })],
    },
  ]
}
