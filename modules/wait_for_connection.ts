import { args as arg, defineModule, z } from '../runner/module/index.ts'

const schema = z.strictObject({
  delay: arg.float().default(0).describe('Seconds before the first try.'),
  timeout: arg.float().default(600).describe('Seconds for all tries.'),
  sleep: arg.float().default(1).describe('Seconds between two tries.'),
  connect_timeout: arg.float().optional().describe('Seconds for one try; by default those of the connection (`ansible_timeout`).'),
})

export default defineModule<z.output<typeof schema>, undefined>({
  name: 'wait_for_connection',
  summary: 'Wait until the host can be reached and used.',
  description:
    'The connection is opened anew, and a shell on it must answer. The play needs `gather_facts: false` where the host may be away at its start.',
  args: schema,
  returns: z.object({ elapsed: z.number() }),
  examples: [{ name: 'Until it is there', yaml: 'wait_for_connection:\n  timeout: 300\n', lab: { first: 'ok', second: 'ok' } }],
  check: () => Promise.resolve(undefined),
  plan: (_state, task) => [
    {
      what: 'wait for the host',
      certainty: 'observe',
      actions: [
        {
          do: 'reconnect',
          id: 'wait',
          delay: task.delay * 1000,
          timeout: task.timeout * 1000,
          interval: task.sleep * 1000,
          connectTimeout: task.connect_timeout === undefined ? undefined : task.connect_timeout * 1000,
          script: ':',
          purpose: 'wait for the host',
        },
      ],
    },
  ],
  result: (_state, _task, [outcome]) => ({ elapsed: outcome === undefined ? 0 : Math.round((outcome.end - outcome.start) / 1000) }),
})
