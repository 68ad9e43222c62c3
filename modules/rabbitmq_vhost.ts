import { args as arg, type Change, defineModule, resource, z } from '../runner/module/index.ts'
import { apiArguments, binary, erlangProbe, nodeArgv, refuseApi } from './_rabbitmq.ts'

const schema = z
  .strictObject({
    name: arg.str().describe('Name of the virtual host.'),
    state: z.enum(['present', 'absent']).default('present'),
    tracing: arg.bool().default(false).describe('Trace its messages.'),
    node: arg.str().default('rabbit').describe('The Erlang node; `rabbit` is the one of the host.'),
    ...apiArguments,
  })
  .superRefine(refuseApi)

type Args = z.output<typeof schema>

/** Whether its messages are traced; undefined where there is no such virtual host. */
interface Vhost {
  readonly tracing: boolean | undefined
}

const ROWS = z.array(z.object({ tracing: z.boolean() }))

export default defineModule<Args, Vhost>({
  name: 'rabbitmq_vhost',
  fqcn: ['community.rabbitmq.rabbitmq_vhost'],
  summary: 'Create and delete virtual hosts of RabbitMQ.',
  args: schema,
  aliases: { vhost: 'name', trace: 'tracing' },
  returns: z.object({ name: z.string(), state: z.string() }),
  examples: [
    {
      name: 'A virtual host',
      yaml: 'rabbitmq_vhost:\n  name: /openstack\n',
      lab: {
        first: 'changed',
        second: 'ok',
        before: 'apt:\n  name: rabbitmq-server\n  update_cache: true\n  install_recommends: false\n',
      },
    },
    { name: 'Gone', yaml: 'rabbitmq_vhost:\n  name: /openstack\n  state: absent\n', lab: { first: 'changed', second: 'ok' } },
  ],
  check: (host, task) =>
    host.probe(
      erlangProbe<Vhost>({
        kind: 'rabbitmq_vhost',
        key: task.name,
        node: task.node,
        expression: `[maps:from_list(proplists:delete(name, R)) || R <- rabbit_vhost:info_all([name, tracing]), proplists:get_value(name, R) =:= ${binary(task.name)}]`,
        read: (json) => ({ tracing: ROWS.parse(json)[0]?.tracing }),
        fresh: () => ({ tracing: task.name === '/' ? false : undefined }),
      }),
    ),
  plan({ tracing }, task): readonly Change[] {
    if (task.state === 'absent') return tracing === undefined ? [] : [step(task, 'delete', ['delete_vhost', task.name], undefined)]
    const created = tracing === undefined ? [step(task, 'create', ['add_vhost', task.name], false)] : []
    if ((tracing ?? false) === task.tracing) return created
    const word = task.tracing ? 'trace_on' : 'trace_off'
    return [...created, step(task, task.tracing ? 'trace' : 'stop tracing', [word, '-p', task.name], task.tracing)]
  },
  result: (_state, task) => ({ name: task.name, state: task.state }),
})

/** Erlang reads what comes on standard input: it gets nothing. */
function step(task: Args, verb: string, words: readonly string[], tracing: boolean | undefined): Change {
  return {
    what: `${verb} RabbitMQ virtual host ${task.name}`,
    actions: [{ do: 'run', argv: ['rabbitmqctl', '-q', ...nodeArgv(task.node), ...words], stdin: '' }],
    effects: [resource('rabbitmq_vhost', task.name, { tracing })],
  }
}
