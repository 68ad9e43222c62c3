import { args as arg, type Change, defineModule, type Failure, fail, z } from '../runner/module/index.ts'
import { CELL0, cellArguments, cellCommand, cellsEffect, cellsProbe, type NovaCell, type NovaCells } from './_nova-cells.ts'

const schema = z.strictObject({
  name: arg.str().describe('`cell0` is the one for servers that no host could take.'),
  database_connection: arg
    .str()
    .optional()
    .describe('Its database. Default: that of nova.conf; for `cell0` the one beside it whose name ends in `_cell0`.'),
  transport_url: arg.str().optional().describe('Its message queue. Default: that of nova.conf; for `cell0` none.'),
  disabled: arg.bool().default(false).describe('No new servers are put into it.'),
  state: z.enum(['present', 'absent']).default('present').describe('Only a cell without hosts and servers can go.'),
  ...cellArguments,
})

type Args = z.output<typeof schema>

export default defineModule<Args, NovaCells>({
  name: 'nova_cell',
  summary: 'Create, change and remove cells of OpenStack Compute.',
  description:
    'An address may hold `{scheme}`, `{username}`, `{password}`, `{hostname}`, `{port}`, `{path}` and `{query}`, which every service fills in from its own configuration: a password that changes there needs no change here. Other passwords are refused, as nova-manage takes addresses from its command line, where every user of the host sees them.',
  args: schema,
  returns: z.object({ name: z.string(), uuid: z.string().optional() }),
  examples: [
    { name: 'The cell of servers without a host', yaml: 'nova_cell:\n  name: cell0\n', lab: false },
    { name: 'The first cell', yaml: 'nova_cell:\n  name: cell1\n', lab: false },
  ],
  async check(host, args) {
    return [args.database_connection, args.transport_url].some(hasPassword)
      ? fail('the address of a cell must not hold a password', { hint: 'write {password} in its place: nova.conf has it' })
      : host.probe(cellsProbe(args))
  },
  plan: (state, args) => {
    const now = state.cells.find((cell) => (args.name === 'cell0' ? cell.uuid === CELL0 : cell.name === args.name))
    return args.state === 'absent' ? removal(state, now, args) : presence(state, now, args)
  },
  result: (state, args) => {
    const uuid = args.name === 'cell0' ? CELL0 : state.cells.find((cell) => cell.name === args.name)?.uuid
    return { name: args.name, ...(uuid === undefined ? {} : { uuid }) }
  },
})

function presence(state: NovaCells, now: NovaCell | undefined, args: Args): readonly Change[] | Failure {
  const wanted = wantedCell(now, args)
  if (args.name === 'cell0' && args.disabled) return fail('cell0 cannot be disabled: no server is ever put there by choice')
  if (now === undefined) return [creation(state, wanted, args)]
  const different = (['database_connection', 'transport_url', 'disabled'] as const).filter((key) => now[key] !== wanted[key])
  if (different.length === 0) return []
  const words = ['--cell_uuid', now.uuid, '--name', wanted.name, ...addresses(wanted)]
  return [
    {
      what: `change cell ${args.name}: ${different.join(', ')}`,
      actions: [
        cellCommand(args, [
          'update_cell',
          ...words,
          ...(different.includes('disabled') ? [wanted.disabled ? '--disable' : '--enable'] : []),
        ]),
      ],
      effects: [cellsEffect({ ...state, cells: state.cells.map((cell) => (cell === now ? wanted : cell)) })],
    },
  ]
}

function creation(state: NovaCells, wanted: NovaCell, args: Args): Change {
  const words =
    args.name === 'cell0'
      ? ['map_cell0', '--database_connection', wanted.database_connection]
      : ['create_cell', '--name', args.name, ...addresses(wanted), ...(args.disabled ? ['--disabled'] : [])]
  return {
    what: `create cell ${args.name}`,
    actions: [cellCommand(args, words)],
    effects: [cellsEffect({ ...state, cells: [...state.cells, wanted] })],
  }
}

function removal(state: NovaCells, now: NovaCell | undefined, args: Args): readonly Change[] {
  if (now === undefined) return []
  return [
    {
      what: `remove cell ${args.name}`,
      actions: [cellCommand(args, ['delete_cell', '--cell_uuid', now.uuid])],
      effects: [cellsEffect({ ...state, cells: state.cells.filter((cell) => cell !== now) })],
    },
  ]
}

function wantedCell(now: NovaCell | undefined, args: Args): NovaCell {
  const zero = args.name === 'cell0'
  return {
    name: args.name,
    uuid: now?.uuid ?? (zero ? CELL0 : ''),
    transport_url: args.transport_url ?? (zero ? 'none:///' : OWN_QUEUE),
    database_connection: args.database_connection ?? (zero ? OWN_DATABASE.replace('{path}', '{path}_cell0') : OWN_DATABASE),
    disabled: args.disabled,
  }
}

const OWN_DATABASE = '{scheme}://{username}:{password}@{hostname}/{path}?{query}'
const OWN_QUEUE = '{scheme}://{username}:{password}@{hostname}:{port}/{path}?{query}'

function addresses(cell: NovaCell): readonly string[] {
  return ['--transport-url', cell.transport_url, '--database_connection', cell.database_connection]
}

function hasPassword(url: string | undefined): boolean {
  const password = /:\/\/[^:/@]*:([^@]*)@/.exec(url ?? '')?.[1]
  return password !== undefined && password !== '' && !/^\{password\d*\}$/.test(password)
}
