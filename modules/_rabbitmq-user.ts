import { args as arg, type Probe, type Secret, z } from '../runner/module/index.ts'
import { apiArguments, binary, erlangProbe, refuseApi } from './_rabbitmq.ts'

const regex = () => arg.str().default('^$')

const permission = z.strictObject({ vhost: arg.str().default('/'), configure_priv: regex(), write_priv: regex(), read_priv: regex() })
const topicPermission = z.strictObject({
  vhost: arg.str().default('/'),
  exchange: arg.str().default('amq.topic'),
  write_priv: regex(),
  read_priv: regex(),
})

export const rabbitmqUserArguments = z
  .strictObject({
    user: arg.str(),
    password: arg.secret().optional().describe('Without one the user can log in by other means only.'),
    update_password: z
      .enum(['on_create', 'always'])
      .default('on_create')
      .describe('`always` tries whether the user can log in with the password and sets it where not.'),
    tags: arg
      .list(arg.str())
      .default([])
      .describe('`administrator`, `monitoring`, `management`, `policymaker`; tags that are not named go.'),
    vhost: arg.str().default('/').describe('The virtual host that the three following are for; permissions on others stay.'),
    configure_priv: regex().describe('What may be declared, as a regular expression; `^$` is nothing.'),
    write_priv: regex().describe('What may be written to.'),
    read_priv: regex().describe('What may be read.'),
    permissions: arg
      .list(permission)
      .default([])
      .describe('All permissions of the user: `{vhost, configure_priv, write_priv, read_priv}` each. Then those above do not count.'),
    topic_permissions: arg
      .list(topicPermission)
      .default([])
      .describe('All topic permissions: `{vhost, exchange, write_priv, read_priv}` each.'),
    force: arg.bool().default(false).describe('Delete the user and create it anew.'),
    state: z.enum(['present', 'absent']).default('present'),
    node: arg.str().default('rabbit').describe('The Erlang node; `rabbit` is the one of the host.'),
    ...apiArguments,
  })
  .superRefine((task, context) => {
    refuseApi(task, context)
    const twice = repeated(task.permissions.map((one) => one.vhost))
    if (twice !== undefined)
      context.addIssue({ code: 'custom', path: ['permissions'], message: `vhost ${twice} has more than one permission` })
  })

export type RabbitmqUserArguments = z.output<typeof rabbitmqUserArguments>

const PERMISSION = z.object({ vhost: z.string(), configure: z.string(), write: z.string(), read: z.string() })
const TOPIC = z.object({ vhost: z.string(), exchange: z.string(), write: z.string(), read: z.string() })

export type Permission = z.output<typeof PERMISSION>
export type TopicPermission = z.output<typeof TOPIC>

export interface RabbitmqUser {
  readonly tags: readonly string[]
  readonly permissions: readonly Permission[]
  readonly topics: readonly TopicPermission[]
  /** Whether it can log in with the wanted password; undefined where that was not tried. */
  readonly authenticates?: boolean | undefined
  /** In check mode, where an earlier task sets it. */
  readonly password?: Secret | undefined
}

const ANSWER = z.object({
  found: z.array(z.object({ tags: z.array(z.string()) })),
  permissions: z.array(PERMISSION),
  topics: z.array(TOPIC),
  login: z.boolean().nullable(),
})

/** The user with everything about it, in one question; `none` where there is no such user. */
export function userProbe(task: RabbitmqUserArguments): Probe<RabbitmqUser | 'none'> {
  const user = binary(task.user)
  const tried = task.update_password === 'always' && task.state === 'present' ? task.password : undefined
  const login =
    tried === undefined
      ? 'null'
      : `case catch rabbit_auth_backend_internal:user_login_authentication(U, [{password, ${binary(tried.reveal())}}]) of {ok, _} -> true; _ -> false end`
  return erlangProbe<RabbitmqUser | 'none'>({
    kind: 'rabbitmq_user',
    key: task.user,
    node: task.node,
    expression: [
      `U = ${user}, Maps = fun(F) -> try [maps:from_list(R) || R <- F(U)] catch _:_ -> [] end end`,
      '#{found => [maps:from_list(R) || R <- rabbit_auth_backend_internal:list_users(), proplists:get_value(user, R) =:= U]',
      'permissions => Maps(fun rabbit_auth_backend_internal:list_user_permissions/1)',
      'topics => Maps(fun rabbit_auth_backend_internal:list_user_topic_permissions/1)',
      `login => ${login}}`,
    ].join(', '),
    read: (json) => {
      const { found, permissions, topics, login: authenticates } = ANSWER.parse(json)
      const [one] = found
      return one === undefined ? 'none' : { tags: one.tags, permissions, topics, authenticates: authenticates ?? undefined }
    },
    fresh: () => (task.user === 'guest' ? GUEST : 'none'),
  })
}

/** The user that every new server has. */
const GUEST: RabbitmqUser = {
  tags: ['administrator'],
  permissions: [{ vhost: '/', configure: '.*', write: '.*', read: '.*' }],
  topics: [],
  authenticates: false,
}

function repeated(names: readonly string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) !== index)
}
