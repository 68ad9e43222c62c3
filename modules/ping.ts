import { args, defineModule, fail, type Probe, z } from '../runner/module/index.ts'

const schema = z.strictObject({ data: args.str().default('pong').describe('What to answer; `crash` makes the task fail.') })

const ALIVE: Probe<boolean> = { kind: 'ping', key: '', script: ':', parse: (answer) => answer.rc === 0 }

export default defineModule<z.infer<typeof schema>, boolean>({
  name: 'ping',
  summary: 'Ask a host for an answer: it can be logged in to and its shell runs.',
  args: schema,
  returns: z.object({ ping: z.string() }),
  examples: [{ name: 'Is it there?', yaml: 'ping:\n', lab: { first: 'ok' } }],
  check: (host, task) => (task.data === 'crash' ? Promise.resolve(fail('boom')) : host.probe(ALIVE)),
  plan: () => [],
  result: (_alive, task) => ({ ping: task.data }),
})
