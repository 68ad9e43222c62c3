import { args, defineModule, fail, z } from '../runner/module/index.ts'
import { outputResult } from './_command.ts'

const schema = z.strictObject({
  _raw_params: z.string().min(1, 'no command given').describe('The command line.'),
  executable: args.path().default('/bin/sh').describe('The shell to run it with.'),
})

export default defineModule<z.infer<typeof schema>, undefined>({
  name: 'raw',
  summary: 'Run a command line as it is.',
  description: 'Always changed. `shell` and `command` say more about what they do; this host needs nothing for them either.',
  args: schema,
  freeForm: '_raw_params',
  checkMode: 'none',
  returns: z.object({ rc: z.number(), stdout: z.string(), stderr: z.string() }),
  examples: [{ name: 'A command line', yaml: 'raw: cat /etc/hostname\n', lab: { first: 'changed', second: 'changed' } }],
  check: () => Promise.resolve(undefined),
  plan: (_state, task) => [
    {
      what: `run ${task._raw_params}`,
      actions: [{ do: 'run', id: 'raw', argv: [task.executable, '-c', task._raw_params], okCodes: 'any' }],
      certainty: 'maybe',
      why: 'a command runs, and what it does is not known beforehand',
    },
  ],
  result(_state, _task, outcomes) {
    const [outcome] = outcomes
    if (outcome === undefined) return {}
    const data = { rc: outcome.rc, ...outputResult(outcome.stdout, outcome.stderr) }
    return outcome.rc === 0 ? data : fail('non-zero return code', { data: { changed: true, ...data } })
  },
})
