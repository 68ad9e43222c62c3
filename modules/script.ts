import { args, type Change, defineModule, Failure, fail, z } from '../runner/module/index.ts'
import { certaintyOf, type GuardState, guardArgs, outputResult, readGuards, reasonToSkip, requireOneCommand } from './_command.ts'
import { localBytes } from './_local-bytes.ts'
import { creationEffects } from './_run.ts'
import { splitWords } from './_shlex.ts'

const schema = z
  .strictObject({
    _raw_params: z.string().optional().describe('The script and its arguments, as free-form text.'),
    cmd: z.string().optional().describe("The script, a path or a name in the role's or playbook's `files` folder, and its arguments."),
    decrypt: args.bool().default(true).describe('Open a script that is encrypted with the vault.'),
    executable: z.string().optional().describe('What to run the script with; left out, its first line says it.'),
    ...guardArgs,
  })
  .superRefine((task, context) => {
    requireOneCommand([task._raw_params, task.cmd], context)
  })

type Args = z.infer<typeof schema>

interface State {
  readonly guards: GuardState
  readonly text: string
  readonly words: readonly string[]
}

export default defineModule<Args, State>({
  name: 'script',
  summary: 'Run a script of the controller on the host.',
  description: 'The script is put into a temporary file, run, and taken away, whatever comes of it.',
  args: schema,
  freeForm: '_raw_params',
  checkMode: 'none',
  returns: z.object({ rc: z.number(), stdout: z.string(), stderr: z.string() }),
  examples: [
    {
      name: 'A script, once only',
      yaml: 'script:\n  cmd: prepare.sh --all\n  creates: /var/lib/prepared\n',
      lab: { first: 'changed' },
    },
    { name: 'With another shell', yaml: 'script: prepare.sh\nargs:\n  executable: bash\n', lab: { first: 'changed', second: 'changed' } },
  ],
  async check(host, task, context) {
    const words = splitWords(task.cmd ?? task._raw_params ?? '')
    const [name] = words ?? []
    if (words === undefined || name === undefined) return fail('no script given, or its quotes are not balanced')
    const guards = await readGuards(host, task)
    if (guards instanceof Failure) return guards
    const path = await context.local.find('files', name)
    const text = (await (task.decrypt ? localBytes(context.local, path) : context.local.read(path))).toString('utf8')
    return { guards, text, words }
  },
  plan({ guards, text, words }, task): readonly Change[] {
    if (reasonToSkip(guards, task) !== undefined) return []
    return [
      {
        what: `run script ${words.join(' ')}`,
        actions: [
          {
            do: 'run',
            id: 'script',
            argv: ['/bin/sh', '-c', WRAPPER, task.executable ?? '', ...words.slice(1)],
            okCodes: 'any',
            cwd: task.chdir,
            stdin: text,
          },
        ],
        effects: creationEffects(task),
        ...certaintyOf(guards, task),
      },
    ]
  },
  result({ guards }, task, outcomes) {
    const skip = reasonToSkip(guards, task)
    if (skip !== undefined) return { rc: 0, ...outputResult(skip.stdout, ''), msg: skip.msg }
    const [outcome] = outcomes
    if (outcome === undefined) return {}
    const data = { rc: outcome.rc, ...outputResult(outcome.stdout, outcome.stderr) }
    return outcome.rc === 0 ? data : fail('non-zero return code', { data: { changed: true, ...data } })
  },
})

/** `$0` is what to run the script with, the rest its arguments; the script itself comes on standard input. */
const WRAPPER = `umask 077
file=$(mktemp "\${TMPDIR:-/tmp}/stackrun.XXXXXXXX") || exit 1
trap 'rm -f -- "$file"' EXIT
trap 'exit 129' HUP INT TERM
cat >"$file" && chmod 700 "$file" || exit 1
if [ -n "$0" ]; then eval "$0 \\"\\$file\\" \\"\\$@\\"" </dev/null; else "$file" "$@" </dev/null; fi`
