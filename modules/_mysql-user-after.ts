import { differenceOf, type GrantDifference, type Grants, grantsAfter } from './_mysql-grants.ts'
import { type Account, type MysqlUserArguments, nativeHash } from './_mysql-user.ts'

/** What the server stores of an account once the task is done. */
export function accountAfter(account: Account, args: MysqlUserArguments, wanted: Grants | undefined): Account {
  const grants = wanted === undefined ? account.grants : grantsAfter(account.grants, differenceFor(account, args, wanted))
  const login = args.update_password === 'always' ? loginAfter(account, args) : {}
  return { ...account, ...login, tls: tlsOf(args) ?? account.tls, grants }
}

function loginAfter(account: Account, args: MysqlUserArguments): Pick<Account, 'plugin' | 'hash'> {
  const { plugin } = args
  if (plugin === undefined)
    return { plugin: args.password === undefined ? account.plugin : 'mysql_native_password', hash: hashOf(args) ?? account.hash }
  if (args.plugin_hash_string !== undefined) return { plugin, hash: args.plugin_hash_string.reveal() }
  return { plugin, hash: args.plugin_auth_string === undefined ? account.hash : nativeHash(args.plugin_auth_string.reveal()) }
}

export function differenceFor(account: Account, args: MysqlUserArguments, wanted: Grants): GrantDifference {
  return differenceOf(account.grants, wanted, args.append_privs ? 'append' : args.subtract_privs ? 'subtract' : 'exactly')
}

export function hashOf(args: MysqlUserArguments): string | undefined {
  if (args.password === undefined) return undefined
  return args.encrypted ? args.password.reveal() : nativeHash(args.password.reveal())
}

/** As the server stores it: type, cipher, issuer, subject. */
export function tlsOf(args: MysqlUserArguments): readonly string[] | undefined {
  if (args.tls_requires === undefined) return undefined
  const keys = new Map(Object.entries(args.tls_requires).map(([key, value]) => [key.toUpperCase(), value] as const))
  const text = (key: string): string => String(keys.get(key) ?? '')
  if (keys.has('CIPHER') || keys.has('ISSUER') || keys.has('SUBJECT')) return ['SPECIFIED', text('CIPHER'), text('ISSUER'), text('SUBJECT')]
  return [keys.has('X509') ? 'X509' : keys.has('SSL') ? 'ANY' : '', '', '', '']
}
