import { type Change, type Effect, Failure, resource, type Secret } from '../runner/module/index.ts'
import { mysqlRun, scopeOf, serverOf, sqlString } from './_mysql.ts'
import { type Grants, grantSql, grantsAfter, parseWanted, showGrants } from './_mysql-grants.ts'
import { type Account, accountKey, type MysqlUserArguments, type MysqlUserState, nativeHash } from './_mysql-user.ts'
import { accountAfter, differenceFor, hashOf, tlsOf } from './_mysql-user-after.ts'

export function planMysqlUser(state: MysqlUserState, args: MysqlUserArguments): readonly Change[] | Failure {
  const wanted = args.priv === undefined ? undefined : parseWanted(args.priv)
  if (wanted instanceof Failure) return wanted
  if (args.state === 'absent') return state.accounts.map((account) => removal(state, account, args))
  if (state.accounts.length === 0) return [creation(state, args, wanted)]
  const effects = [
    accountsEffect(
      state.accounts.map((account) => accountAfter(account, args, wanted)),
      state,
      args,
    ),
  ]
  const changes = state.accounts.flatMap((account) => [
    ...authentication(state, account, args),
    ...tls(account, args),
    ...privileges(account, args, wanted),
  ])
  return changes.map((change) => ({ ...change, effects }))
}

function removal(state: MysqlUserState, account: Account, args: MysqlUserArguments): Change {
  return {
    what: `drop database user ${args.name}@${account.host}`,
    actions: [run(args, `DROP USER ${accountName(args, account.host)};`, 'drop')],
    effects: [accountsEffect([], state, args)],
  }
}

function creation(state: MysqlUserState, args: MysqlUserArguments, wanted: Grants | undefined): Change {
  const account = accountName(args, args.host)
  const grants = wanted === undefined || args.subtract_privs ? '' : grantSql({ grant: wanted, revoke: new Map() }, account)
  const sql = [`CREATE USER ${account}${identified(state, args)}${requirement(args)};`, grants].join('\n')
  const after = {
    host: args.host,
    plugin: args.plugin ?? 'mysql_native_password',
    hash: hashOf(args) ?? '',
    tls: tlsOf(args) ?? ['', '', '', ''],
    grants: wanted ?? new Map(),
  }
  return {
    what: `create database user ${args.name}@${args.host}`,
    actions: [run(args, sql, 'create')],
    effects: [accountsEffect([after], state, args)],
    diff: { beforeName: 'privileges', afterName: 'privileges', before: '', after: wanted === undefined ? '' : showGrants(wanted) },
  }
}

/** The stored hash is compared with the one made here, so the password itself is sent only where it changes. */
function authentication(state: MysqlUserState, account: Account, args: MysqlUserArguments): readonly Change[] {
  if (args.update_password !== 'always' || authenticates(account, args)) return []
  const sql = `ALTER USER ${accountName(args, account.host)}${identified(state, args)};`
  return [
    {
      what: `set the password of database user ${args.name}@${account.host}`,
      actions: [run(args, sql, 'password')],
    },
  ]
}

function authenticates(account: Account, args: MysqlUserArguments): boolean {
  if (args.plugin !== undefined) {
    if (account.plugin !== args.plugin) return false
    if (args.plugin_hash_string !== undefined) return account.hash === args.plugin_hash_string.reveal()
    return (
      args.plugin_auth_string === undefined ||
      (account.plugin === 'mysql_native_password' && account.hash === nativeHash(args.plugin_auth_string.reveal()))
    )
  }
  const wanted = hashOf(args)
  return (
    wanted === undefined ||
    ((account.plugin === 'mysql_native_password' || account.plugin === '' || args.encrypted) &&
      account.hash.toUpperCase() === wanted.toUpperCase())
  )
}

function identified(state: MysqlUserState, args: MysqlUserArguments): string {
  const text = (secret: Secret): string => sqlString(secret.reveal())
  if (args.plugin !== undefined) {
    const plugin = ` IDENTIFIED WITH ${args.plugin.replace(/[^A-Za-z0-9_]/g, '')}`
    if (args.plugin_hash_string !== undefined) return `${plugin} AS ${text(args.plugin_hash_string)}`
    if (args.plugin_auth_string === undefined) return plugin
    return state.server === 'mariadb'
      ? `${plugin} USING PASSWORD(${text(args.plugin_auth_string)})`
      : `${plugin} BY ${text(args.plugin_auth_string)}`
  }
  const hash = hashOf(args)
  if (args.password === undefined || hash === undefined) return ''
  if (state.server === 'mariadb' || args.encrypted) return ` IDENTIFIED WITH mysql_native_password AS ${sqlString(hash)}`
  return ` IDENTIFIED BY ${text(args.password)}`
}

function tls(account: Account, args: MysqlUserArguments): readonly Change[] {
  const wanted = tlsOf(args)
  if (wanted === undefined || wanted.every((value, index) => value === (account.tls[index] ?? ''))) return []
  const sql = `ALTER USER ${accountName(args, account.host)}${requirement(args)};`
  return [{ what: `change what TLS is required of ${args.name}@${account.host}`, actions: [run(args, sql, 'tls')] }]
}

function requirement(args: MysqlUserArguments): string {
  const [type, cipher = '', issuer = '', subject = ''] = tlsOf(args) ?? []
  if (type === undefined) return ''
  if (type !== 'SPECIFIED') return ` REQUIRE ${type === 'ANY' ? 'SSL' : type === '' ? 'NONE' : type}`
  const parts = [
    ['CIPHER', cipher],
    ['ISSUER', issuer],
    ['SUBJECT', subject],
  ].filter(([, value]) => value !== '')
  return ` REQUIRE ${parts.map(([key, value]) => `${key ?? ''} ${sqlString(value ?? '')}`).join(' AND ')}`
}

function privileges(account: Account, args: MysqlUserArguments, wanted: Grants | undefined): readonly Change[] {
  if (wanted === undefined) return []
  const difference = differenceFor(account, args, wanted)
  if (difference.grant.size === 0 && difference.revoke.size === 0) return []
  const name = `${args.name}@${account.host}`
  return [
    {
      what: `change the privileges of database user ${name}`,
      actions: [run(args, grantSql(difference, accountName(args, account.host)), 'privileges')],
      diff: {
        beforeName: name,
        afterName: name,
        before: showGrants(account.grants),
        after: showGrants(grantsAfter(account.grants, difference)),
      },
    },
  ]
}

function accountsEffect(accounts: readonly Account[], { server }: MysqlUserState, args: MysqlUserArguments): Effect {
  return resource('mysql_user', `${serverOf(args)}${accountKey(args)}`, { accounts, server }, scopeOf(args))
}

function accountName(args: MysqlUserArguments, host: string): string {
  return `${sqlString(args.name)}@${sqlString(host)}`
}

function run(args: MysqlUserArguments, sql: string, id: string) {
  return mysqlRun(args, args.sql_log_bin ? sql : `SET SESSION sql_log_bin = 0;\n${sql}`, id)
}
