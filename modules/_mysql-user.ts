import { createHash } from 'node:crypto'
import { args as arg, type ReadOnlyHost, z } from '../runner/module/index.ts'
import { loginArguments, mysqlProbe, sqlString } from './_mysql.ts'
import { type Grants, parseGrants } from './_mysql-grants.ts'

export const mysqlUserArguments = z.strictObject({
  ...loginArguments,
  name: arg.str(),
  host: arg
    .str()
    .default('localhost')
    .transform((host) => host.toLowerCase())
    .describe('Where the user may come from; `%` is anywhere.'),
  host_all: arg.bool().default(false).describe('All hosts that the user has.'),
  password: arg.secret().optional(),
  encrypted: arg.bool().default(false).describe('`password` is a hash as the server stores it.'),
  update_password: z.enum(['always', 'on_create', 'on_new_username']).default('always'),
  plugin: arg.str().optional().describe('Authentication plugin, `unix_socket` for example.'),
  plugin_hash_string: arg.secret().optional(),
  plugin_auth_string: arg.secret().optional(),
  priv: z
    .union([z.string(), z.record(z.string(), z.union([z.string(), z.array(z.string())]))])
    .optional()
    .describe('`db.*:ALL/other.*:SELECT,INSERT`, or a dictionary.'),
  append_privs: arg.bool().default(false).describe('Keep privileges that `priv` does not name.'),
  subtract_privs: arg.bool().default(false).describe('Take the privileges of `priv` away.'),
  tls_requires: z
    .record(z.string(), z.union([z.string(), z.boolean(), z.null()]))
    .optional()
    .describe('`{SSL: true}`, `{X509: true}`, `{CIPHER: …, ISSUER: …, SUBJECT: …}`.'),
  sql_log_bin: arg.bool().default(true),
  state: z.enum(['present', 'absent']).default('present'),
  check_implicit_admin: arg.bool().default(false).describe('Accepted for compatibility: without login_user the local socket is used.'),
})

export type MysqlUserArguments = z.output<typeof mysqlUserArguments>

export interface Account {
  readonly host: string
  readonly plugin: string
  readonly hash: string
  /** `NONE`, `ANY`, `X509` or `SPECIFIED`, and what is specified. */
  readonly tls: readonly string[]
  readonly grants: Grants
}

export interface MysqlUserState {
  readonly accounts: readonly Account[]
  readonly server: 'mariadb' | 'mysql'
}

/** One question where the host is given: its account and grants come together. */
export async function readAccounts(host: ReadOnlyHost, args: MysqlUserArguments): Promise<MysqlUserState> {
  if (!args.host_all) return host.probe(accountProbe(args, [args.host]))
  const hosts = await host.probe(
    mysqlProbe<readonly string[]>(args, {
      kind: 'mysql_user_hosts',
      key: args.name,
      sql: `SELECT Host FROM mysql.user WHERE User = ${sqlString(args.name)};`,
      fresh: () => [],
      read: (rows) => rows.map((row) => row[0] ?? ''),
    }),
  )
  return hosts.length === 0 ? { accounts: [], server: 'mariadb' } : host.probe(accountProbe(args, hosts))
}

export function accountKey(args: MysqlUserArguments): string {
  return `${args.name}@${args.host_all ? '*' : args.host}`
}

/** SHOW GRANTS of an account that is not there fails and ends the client: it comes last, and its error is expected. */
function accountProbe(args: MysqlUserArguments, hosts: readonly string[]) {
  const user = sqlString(args.name)
  const columns = 'plugin, authentication_string, ssl_type, ssl_cipher, x509_issuer, x509_subject'
  const select = `SELECT 'account', Host, ${columns} FROM mysql.user WHERE User = ${user} AND Host IN (${hosts.map(sqlString).join(', ')});`
  const grants = hosts.map((host) => `SELECT 'grants', ${sqlString(host)};\nSHOW GRANTS FOR ${user}@${sqlString(host)};`)
  return mysqlProbe<MysqlUserState>(args, {
    kind: 'mysql_user',
    key: accountKey(args),
    sql: ["SELECT 'server', VERSION();", select, ...grants].join('\n'),
    fresh: () => ({ accounts: [], server: 'mariadb' }),
    read: readRows,
    tolerate: /ERROR (1141|1269)/,
  })
}

function readRows(rows: readonly (readonly string[])[]): MysqlUserState {
  const accounts: (Omit<Account, 'grants'> & { readonly lines: string[] })[] = []
  let current: string[] = []
  for (const row of rows) {
    const [tag, host = '', plugin = '', hash = '', ...tls] = row
    if (tag === 'account') accounts.push({ host, plugin, hash, tls, lines: [] })
    else if (tag === 'grants') current = accounts.find((account) => account.host === host)?.lines ?? []
    else if (tag?.startsWith('GRANT ') === true) current.push(tag)
  }
  const version = rows.find((row) => row[0] === 'server')?.[1] ?? ''
  return {
    server: /mariadb/i.test(version) ? 'mariadb' : 'mysql',
    accounts: accounts.map(({ lines, ...account }) => ({ ...account, grants: parseGrants(lines) })),
  }
}

/** The hash that mysql_native_password stores. */
export function nativeHash(password: string): string {
  const once = createHash('sha1').update(password, 'utf8').digest()
  return password === '' ? '' : `*${createHash('sha1').update(once).digest('hex').toUpperCase()}`
}
