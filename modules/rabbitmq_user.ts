import { defineModule, z } from '../runner/module/index.ts'
import { type RabbitmqUser, type RabbitmqUserArguments, rabbitmqUserArguments, userProbe } from './_rabbitmq-user.ts'
import { planRabbitmqUser } from './_rabbitmq-user-plan.ts'

export default defineModule<RabbitmqUserArguments, RabbitmqUser | 'none'>({
  name: 'rabbitmq_user',
  fqcn: ['community.rabbitmq.rabbitmq_user'],
  summary: 'Create and delete users of RabbitMQ, with password, tags and permissions.',
  description: [
    'One question and one change each task, however much there is to ask and to set: `rabbitmqctl` is slow to start.',
    'Passwords travel on its standard input. Needs RabbitMQ 3.7 or newer, and root.',
  ].join(' '),
  args: rabbitmqUserArguments,
  aliases: { username: 'user', name: 'user' },
  returns: z.object({ user: z.string(), state: z.string() }),
  examples: [
    {
      name: 'The user of the message queue',
      yaml: 'rabbitmq_user:\n  user: openstack\n  password: not-a-secret\n  update_password: always\n  permissions:\n    - {vhost: /, configure_priv: .*, write_priv: .*, read_priv: .*}\n',
      lab: {
        first: 'changed',
        second: 'ok',
        before: 'apt:\n  name: rabbitmq-server\n  update_cache: true\n  install_recommends: false\n',
      },
    },
    {
      name: 'An observer',
      yaml: 'rabbitmq_user:\n  user: watch\n  password: not-a-secret\n  tags: monitoring\n  read_priv: .*\n',
      lab: { first: 'changed', second: 'ok' },
    },
    { name: 'No guests', yaml: 'rabbitmq_user:\n  user: guest\n  state: absent\n', lab: { first: 'changed', second: 'ok' } },
  ],
  check: (host, task) => host.probe(userProbe(task)),
  plan: planRabbitmqUser,
  result: (_user, task) => ({ user: task.user, state: task.state }),
})
