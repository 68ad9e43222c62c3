import { args, type Change, defineModule, Failure, fail, type Outcome, z } from '../runner/module/index.ts'
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
import { expandableWord, isExpandable } from './_expand.ts'
import { commandStdin, creationEffects } from './_run.ts'
import { splitWords } from './_shlex.ts'

const schema = z
  .strictObject({
    _raw_params: z.string().optional().describe('The command line, as free-form text.'),
    cmd: z.string().optional().describe('The command line; quotes and backslashes group words, nothing is expanded by a shell.'),
    argv: z.array(args.str()).optional().describe('The command as a list of words.'),
    ...guardArgs,
    ...stdinArgs,
    executable: args.path().optional().describe('Has no meaning here; `shell` takes it.'),
    expand_argument_vars: args.bool().default(true).describe("Expand `$NAME` and a leading `~` in the words, from the host's environment."),
  })
  .superRefine((task, context) => {
    requireOneCommand([task._raw_params, task.cmd, task.argv], context)
  })

type Args = z.infer<typeof schema>

interface State {
  readonly guards: GuardState
  readonly words: readonly string[]
}

export default defineModule<Args, State>({
  name: 'command',
  summary: 'Run a program, without a shell.',
  description:
    'Changed whenever it runs: say `creates`, `removes` or `changed_when` to be precise. Pipes, `;` and redirections are for `shell`.',
  args: schema,
  freeForm: '_raw_params',
  checkMode: 'none',
  returns: z.object({
    cmd: z.array(z.string()),
    rc: z.number(),
    stdout: z.string(),
    stderr: z.string(),
    start: z.string(),
    end: z.string(),
    delta: z.string(),
  }),
  examples: [
    { name: 'A command', yaml: 'command: uname -r\n', lab: { first: 'changed', second: 'changed' } },
    { name: 'Once only', yaml: 'command:\n  cmd: touch /var/tmp/made\n  creates: /var/tmp/made\n', lab: { first: 'changed' } },
    { name: 'Words as they are', yaml: 'command:\n  argv: [printf, "%s\\n", a b]\n', lab: { first: 'changed', second: 'changed' } },
  ],
  async check(host, task) {
    const words = task.argv ?? splitWords(task.cmd ?? task._raw_params ?? '')
    if (words === undefined) return fail('the quotes of the command line are not balanced: No closing quotation')
    if (words.length === 0) return fail('no command given', { data: { rc: 256 } })
    const guards = await readGuards(host, task)
    return guards instanceof Failure ? guards : { guards, words }
  },
  plan({ guards, words }, task): readonly Change[] {
    if (reasonToSkip(guards, task) !== undefined) return []
    return [
      {
        what: `run ${words.join(' ')}`,
        actions: [{ do: 'run', id: 'command', argv: argvOf(words, task), okCodes: 'any', cwd: task.chdir, stdin: commandStdin(task) }],
        effects: creationEffects(task),
        ...certaintyOf(guards, task),
      },
    ]
  },
  result({ guards, words }, task, outcomes) {
    const skip = reasonToSkip(guards, task)
    if (skip !== undefined) return { cmd: words, rc: 0, ...outputResult(skip.stdout, ''), ...NOT_RUN, msg: skip.msg }
    const [outcome] = outcomes
    return outcome === undefined
      ? { cmd: words }
      : (notStarted(outcome, words) ?? verdict(outcome, commandResult(outcome, words, task.strip_empty_ends)))
  },
})

/** The words, or a shell that expands them and becomes the program. */
function argvOf(words: readonly string[], task: Args): readonly string[] {
  if (!task.expand_argument_vars || !words.some(isExpandable)) return words
  return ['/bin/sh', '-c', `exec ${words.map(expandableWord).join(' ')}`]
}

/** The failure of a program that is not there or may not be run, as Ansible tells it. */
function notStarted(outcome: Outcome, words: readonly string[]): Failure | undefined {
  const [program = ''] = words
  const missing = outcome.rc === 127 && outcome.stderr.includes(program) && /not found|no such file/i.test(outcome.stderr)
  const refused = outcome.rc === 126 && outcome.stderr.includes(program) && /permission denied/i.test(outcome.stderr)
  if (!missing && !refused) return undefined
  const [rc, why] = missing ? [2, 'No such file or directory'] : [13, 'Permission denied']
  return fail(`Error executing command: [Errno ${String(rc)}] ${why}: '${program}'`, {
    data: { changed: false, cmd: words.join(' '), rc, ...outputResult('', '') },
  })
}
