import { defineModule, fail, z } from '../runner/module/index.ts'
import { loginAliases } from './_mysql.ts'
import { mysqlUserArguments, readAccounts } from './_mysql-user.ts'
import { planMysqlUser } from './_mysql-user-plan.ts'

export default defineModule({
  name: 'mysql_user',
  summary: 'Create and drop users of MariaDB and MySQL, with password and privileges.',
  description: [
    'SQL travels on standard input. A password is compared by its mysql_native_password hash; with another plugin it is set each time unless `update_password: on_create`.',
    'Privileges are made exactly those of `priv`, unless `append_privs` or `subtract_privs`.',
  ].join(' '),
  fqcn: ['community.mysql.mysql_user'],
  args: mysqlUserArguments,
  aliases: { ...loginAliases, user: 'name' },
  returns: z.object({ user: z.string(), password_changed: z.boolean() }),
  examples: [
    {
      name: 'The user of a service, from anywhere',
      yaml: 'mysql_user:\n  name: keystone\n  host: "%"\n  password: not-a-secret\n  priv: keystone.*:ALL\n',
      lab: { first: 'changed', second: 'ok', before: 'apt:\n  name: mariadb-server\n  update_cache: true\n  cache_valid_time: 3600\n' },
    },
    {
      name: 'Login by socket',
      yaml: 'mysql_user:\n  name: backup\n  plugin: unix_socket\n  priv:\n    "*.*": SELECT,LOCK TABLES\n',
      lab: { first: 'changed', before: 'apt:\n  name: mariadb-server\n  update_cache: true\n  cache_valid_time: 3600\n' },
    },
  ],
  async check(host, args) {
    if (args.append_privs && args.subtract_privs) return fail('append_privs and subtract_privs exclude each other')
    return readAccounts(host, args)
  },
  plan: planMysqlUser,
  result: (_state, args, outcomes) => ({
    user: args.name,
    password_changed: outcomes.some((outcome) => outcome.id === 'password' || outcome.id === 'create') && args.password !== undefined,
  }),
})
