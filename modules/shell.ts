import { args, type Change, defineModule, type Failure, z } from '../runner/module/index.ts'
import {
  certaintyOf,
  commandResult,
  type GuardState,
  guardArgs,
  NOT_RUN,
  outputResult,
  readGuards,
  reasonToSkip,
  requireOneCommand,
  stdinArgs,
  verdict,
} from './_command.ts'
import { commandStdin, creationEffects } from './_run.ts'

const schema = z
  .strictObject({
    _raw_params: z.string().optional().describe('The command line, as free-form text.'),
    cmd: z.string().optional().describe('The command line, for the shell.'),
    executable: args.path().default('/bin/sh').describe('The shell to run it with.'),
    ...guardArgs,
    ...stdinArgs,
  })
  .superRefine((task, context) => {
    requireOneCommand([task._raw_params, task.cmd], context)
  })

type Args = z.infer<typeof schema>

export default defineModule<Args, GuardState>({
  name: 'shell',
  summary: 'Run a command line through a shell.',
  description:
    'Changed whenever it runs: say `creates`, `removes` or `changed_when` to be precise. Values from elsewhere belong through the `quote` filter.',
  args: schema,
  freeForm: '_raw_params',
  checkMode: 'none',
  returns: z.object({
    cmd: z.string(),
    rc: z.number(),
    stdout: z.string(),
    stderr: z.string(),
    start: z.string(),
    end: z.string(),
    delta: z.string(),
  }),
  examples: [
    { name: 'A pipe', yaml: 'shell: sort /etc/passwd | head -n 1\n', lab: { first: 'changed', second: 'changed' } },
    {
      name: 'Once only',
      yaml: 'shell:\n  cmd: date >made-at\n  chdir: /var/tmp\n  creates: /var/tmp/made-at\n',
      lab: { first: 'changed' },
    },
  ],
  check: (host, task) => readGuards(host, task),
  plan(guards, task): readonly Change[] {
    if (reasonToSkip(guards, task) !== undefined) return []
    const command = commandOf(task)
    return [
      {
        what: `run ${command.trim()}`,
        actions: [
          { do: 'run', id: 'command', argv: [task.executable, '-c', command], okCodes: 'any', cwd: task.chdir, stdin: commandStdin(task) },
        ],
        effects: creationEffects(task),
        ...certaintyOf(guards, task),
      },
    ]
  },
  result(guards, task, outcomes): Readonly<Record<string, unknown>> | Failure {
    const command = commandOf(task)
    const skip = reasonToSkip(guards, task)
    if (skip !== undefined) return { cmd: command, rc: 0, ...outputResult(skip.stdout, ''), ...NOT_RUN, msg: skip.msg }
    const [outcome] = outcomes
    return outcome === undefined ? { cmd: command } : verdict(outcome, commandResult(outcome, command, task.strip_empty_ends))
  },
})

function commandOf(task: Args): string {
  return task.cmd ?? task._raw_params ?? ''
}
