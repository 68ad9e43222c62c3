import { args as arg, defineModule, type Failure, fail, type ReadOnlyHost, z } from '../runner/module/index.ts'

const schema = z.strictObject({
  database: arg.str().describe('`passwd`, `group`, `hosts`, `services` …'),
  key: arg.str().optional().describe('One entry; left out, all that the database lists.'),
  service: arg.str().optional().describe('Ask this service instead of those that the host is set to.'),
  split: z.string().optional().describe('What parts the fields; `:` for passwd and its kin, else blanks.'),
  fail_key: arg.bool().default(true).describe('Fail where there is no such entry.'),
})

type Args = z.output<typeof schema>
type Entries = Readonly<Record<string, readonly string[] | null>>

const COLONS = new Set(['passwd', 'shadow', 'group', 'gshadow'])
const REASONS: Readonly<Record<number, string>> = {
  1: 'Missing arguments, or database unknown.',
  2: 'One or more supplied key could not be found in the database.',
  3: 'Enumeration not supported on this database.',
}

export default defineModule<Args, Entries>({
  name: 'getent',
  summary: 'Read users, groups, hosts and other databases of the host, as facts.',
  description: 'The fact `getent_DATABASE` has the fields of each entry under its first one.',
  args: schema,
  returns: z.object({ ansible_facts: z.record(z.string(), z.unknown()) }),
  examples: [
    { name: 'A user', yaml: 'getent:\n  database: passwd\n  key: root\n', lab: { first: 'ok', second: 'ok' } },
    {
      name: 'Perhaps a host',
      yaml: 'getent:\n  database: hosts\n  key: nowhere.invalid\n  fail_key: false\n',
      lab: { first: 'ok', second: 'ok' },
    },
  ],
  check: readEntries,
  plan: () => [],
  result: (entries, task) => ({ ansible_facts: { [`getent_${task.database}`]: entries } }),
})

async function readEntries(host: ReadOnlyHost, task: Args): Promise<Entries | Failure> {
  const words = [...(task.service === undefined ? [] : ['-s', task.service]), task.database, ...(task.key === undefined ? [] : [task.key])]
  const { rc, stdout } = await host.query(['getent', ...words])
  if (rc === 2 && task.key !== undefined && !task.fail_key) return { [task.key]: null }
  if (rc !== 0) return fail(REASONS[rc] ?? `getent ended with code ${String(rc)}`, { data: { rc } })
  const split = task.split ?? (COLONS.has(task.database) ? ':' : undefined)
  const rows = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (split === undefined ? line.split(/\s+/) : line.split(split)))
  return Object.fromEntries(rows.map(([name = '', ...fields]) => [name, fields]))
}
