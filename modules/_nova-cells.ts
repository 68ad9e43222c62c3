import { args as arg, type Probe, type RunAction, resource, Unavailable, z } from '../runner/module/index.ts'
import { asUser } from './_as-user.ts'

/** What the API's database of Nova knows of cells, and of the compute hosts that were found in them. */
export interface NovaCells {
  readonly cells: readonly NovaCell[]
  readonly hosts: readonly { readonly name: string; readonly cell: string }[]
}

export interface NovaCell {
  readonly name: string
  readonly uuid: string
  /** As it is kept: `{password}` and its kin are not filled in. */
  readonly transport_url: string
  readonly database_connection: string
  readonly disabled: boolean
}

/** Servers that no host could take are kept here; `nova-manage` gives it this id. */
export const CELL0 = '00000000-0000-0000-0000-000000000000'

export const cellArguments = {
  user: arg.str().default('nova').describe('User of the host that nova-manage runs as.'),
  config_files: arg.list(arg.path()).default(['/etc/nova/nova.conf']).describe('Where the database is told, in this order.'),
}

export interface CellArguments {
  readonly user: string
  readonly config_files: readonly string[]
}

/** `nova-manage` fills in the passwords of what it lists and takes seconds to start: the database is asked directly. */
export function cellsProbe(args: CellArguments): Probe<NovaCells> {
  return {
    kind: 'nova_cells',
    key: 'cells',
    scope: 'run',
    script: `if ! sr_has nova-manage; then (exit 127); else ${asUser(args.user, readCells(args))}; fi`,
    parse: (answer) => {
      if (answer.rc === 0) return novaCells.parse(JSON.parse(answer.text))
      return answer.rc === 127
        ? new Unavailable('there is no nova-manage on this host', 'install nova first')
        : new Unavailable(`the database of Nova's API cannot be read: ${lastLine(answer.stderr)}`)
    },
    fresh: () => ({ cells: [], hosts: [] }),
  }
}

export function cellsEffect(cells: NovaCells) {
  return resource('nova_cells', 'cells', cells, 'run')
}

/** `nova-manage cell_v2 …` with these configuration files. */
export function cellCommand(args: CellArguments, words: readonly string[]): RunAction {
  const files = args.config_files.flatMap((path) => ['--config-file', path])
  return { do: 'run', argv: ['nova-manage', ...files, 'cell_v2', ...words], user: args.user, cwd: '/' }
}

/** Fails where no compute service of this name was found in a cell. */
export function hostIsMapped(args: CellArguments, host: string): RunAction {
  return { do: 'run', argv: [...readCells(args), `--mapped=${host}`], user: args.user, cwd: '/' }
}

function readCells(args: CellArguments): readonly string[] {
  return ['python3', '-c', READ_CELLS, ...args.config_files]
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}

const novaCells = z.object({
  cells: z.array(
    z.object({
      name: z.string(),
      uuid: z.string(),
      transport_url: z.string(),
      database_connection: z.string(),
      disabled: z.boolean(),
    }),
  ),
  hosts: z.array(z.object({ name: z.string(), cell: z.string() })),
})

/** Uses what Nova itself is made of to read its configuration and its database, but not Nova, whose start takes seconds. */
const READ_CELLS = `import json, sys
from oslo_config import cfg
from sqlalchemy import create_engine, inspect, text
words = [word for word in sys.argv[1:] if not word.startswith('--mapped=')]
mapped = [word.split('=', 1)[1] for word in sys.argv[1:] if word.startswith('--mapped=')]
conf = cfg.ConfigOpts()
conf.register_opts([cfg.StrOpt('connection', secret=True)], 'api_database')
conf([part for word in words for part in ('--config-file', word)], project='nova')
if not conf.api_database.connection:
    sys.exit('no [api_database] connection in ' + ' '.join(words))
cells, hosts = [], []
try:
    engine = create_engine(conf.api_database.connection)
    tables = inspect(engine).get_table_names()
    with engine.connect() as db:
        if 'cell_mappings' in tables:
            for row in db.execute(text('SELECT id, name, uuid, transport_url, database_connection, disabled FROM cell_mappings ORDER BY id')):
                cells.append({'id': row[0], 'name': row[1] or '', 'uuid': row[2], 'transport_url': row[3] or '', 'database_connection': row[4] or '', 'disabled': bool(row[5])})
        if 'host_mappings' in tables:
            names = {cell['id']: cell['uuid'] for cell in cells}
            for row in db.execute(text('SELECT host, cell_id FROM host_mappings ORDER BY host')):
                hosts.append({'name': row[0], 'cell': names.get(row[1], '')})
except Exception as error:
    sys.exit(str(error).split('\\n')[0])
missing = [host for host in mapped if host not in [each['name'] for each in hosts]]
if missing:
    sys.exit('nova-compute of ' + ', '.join(missing) + ' has not reported itself yet')
print(json.dumps({'cells': cells, 'hosts': hosts}))
`
