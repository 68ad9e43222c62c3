import { args as arg, type Change, defineModule, fail, resource, z } from '../runner/module/index.ts'
import { loginAliases, loginArguments, mysqlProbe, mysqlRun, scopeOf, serverOf, sqlName, sqlString } from './_mysql.ts'

type Database = { readonly exists: false } | { readonly exists: true; readonly encoding: string; readonly collation: string }

export default defineModule({
  name: 'mysql_db',
  summary: 'Create and drop databases of MariaDB and MySQL.',
  description:
    'Credentials and SQL travel on standard input, never in arguments or files. `state: dump` and `import` of the original are refused: a dump is data that no check can compare, so use `command` with mariadb-dump.',
  fqcn: ['community.mysql.mysql_db'],
  args: z.strictObject({
    ...loginArguments,
    name: arg.list(arg.str()),
    state: z.enum(['present', 'absent', 'dump', 'import']).default('present'),
    encoding: arg.str().default('').describe("Character set at creation, `utf8mb4`; default: the server's."),
    collation: arg.str().default('').describe('At creation; default: that of the encoding.'),
    check_implicit_admin: arg.bool().default(false).describe('Accepted for compatibility: without login_user the local socket is used.'),
  }),
  aliases: { ...loginAliases, db: 'name' },
  returns: z.object({ db: z.string(), db_list: z.array(z.string()), executed_commands: z.array(z.string()) }),
  examples: [
    {
      name: 'A database of a service',
      yaml: 'community.mysql.mysql_db:\n  name: keystone\n  encoding: utf8mb4\n',
      lab: { first: 'changed', second: 'ok', before: 'apt:\n  name: mariadb-server\n  update_cache: true\n  cache_valid_time: 3600\n' },
    },
    {
      name: 'Several that are not wanted',
      yaml: 'mysql_db:\n  name: [trial, test]\n  state: absent\n',
      lab: { first: 'ok', second: 'ok', before: 'apt:\n  name: mariadb-server\n  update_cache: true\n  cache_valid_time: 3600\n' },
    },
  ],
  async check(host, args) {
    if (args.state === 'dump' || args.state === 'import')
      return fail(`state: ${args.state} is not supported`, {
        hint: 'use the command module with mariadb-dump or mariadb: whether a dump is needed cannot be checked',
      })
    const databases = await Promise.all(args.name.map((name) => host.probe(databaseProbe(args, name))))
    return { databases: args.name.flatMap((name, index) => (databases[index] === undefined ? [] : [{ name, now: databases[index] }])) }
  },
  plan({ databases }, args): readonly Change[] {
    return databases.flatMap(({ name, now }) => {
      const statement = statementFor(name, now, args)
      if (statement === undefined) return []
      const after: Database =
        args.state === 'absent' ? { exists: false } : { exists: true, encoding: args.encoding, collation: args.collation }
      const effects = [resource('mysql_db', `${serverOf(args)}${name}`, after, scopeOf(args))]
      return [{ what: `${statement.verb} database ${name}`, actions: [mysqlRun(args, statement.sql, `db ${name}`)], effects }]
    })
  },
  result(state, args) {
    const commands = state.databases.flatMap(({ name, now }) => statementFor(name, now, args)?.sql ?? [])
    return { db: args.name.join(' '), db_list: args.name, executed_commands: commands }
  },
})

interface Wish extends z.output<z.ZodObject<typeof loginArguments>> {
  readonly state: string
  readonly encoding: string
  readonly collation: string
}

function databaseProbe(args: Wish, name: string) {
  return mysqlProbe<Database>(args, {
    kind: 'mysql_db',
    key: name,
    sql: `SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${sqlString(name)};`,
    fresh: () => ({ exists: false }),
    read: ([row]) => (row === undefined ? { exists: false } : { exists: true, encoding: row[0] ?? '', collation: row[1] ?? '' }),
  })
}

/** Encoding and collation count at creation only, as with the original: services' own migrations may choose another later. */
function statementFor(name: string, now: Database, args: Wish): { readonly verb: string; readonly sql: string } | undefined {
  if (args.state === 'absent') return now.exists ? { verb: 'drop', sql: `DROP DATABASE ${sqlName(name)};` } : undefined
  if (now.exists) return undefined
  const options = [
    ...(args.encoding === '' ? [] : [` CHARACTER SET ${sqlString(args.encoding)}`]),
    ...(args.collation === '' ? [] : [` COLLATE ${sqlString(args.collation)}`]),
  ].join('')
  return { verb: 'create', sql: `CREATE DATABASE ${sqlName(name)}${options};` }
}
