import { args as arg, defineModule, z } from '../runner/module/index.ts'
import { expandPath } from './_expand.ts'

const schema = z.strictObject({
  state: z.enum(['file', 'directory']).default('file').describe('What to make.'),
  path: arg.path().optional().describe('The folder that it is made in; default the one for temporary files.'),
  prefix: z.string().default('ansible.').describe('How its name begins.'),
  suffix: z.string().default('').describe('How its name ends.'),
})

type Args = z.output<typeof schema>

/** Where it goes; undefined for the host's own place. */
interface Place {
  readonly folder: string | undefined
}

export default defineModule<Args, Place>({
  name: 'tempfile',
  summary: 'Make an empty temporary file or folder that nobody else can read.',
  description: 'A new one each time: the task always changes something, and in check mode its path is not known.',
  args: schema,
  returns: z.object({ path: z.string().describe('What was made.') }),
  examples: [
    { name: 'A file', yaml: 'tempfile:\n  suffix: .conf\n', lab: { first: 'changed', second: 'changed' } },
    {
      name: 'A folder',
      yaml: 'tempfile:\n  state: directory\n  path: /var/tmp\n  prefix: build.\n',
      lab: { first: 'changed', second: 'changed' },
    },
  ],
  check: async (host, task) => ({ folder: task.path === undefined ? undefined : await expandPath(host, task.path) }),
  plan({ folder }, task) {
    const argv = [...(task.state === 'directory' ? ['-d'] : []), '--', `${task.prefix}XXXXXXXX${task.suffix}`]
    return [
      {
        what: `make a temporary ${task.state}${folder === undefined ? '' : ` in ${folder}`}`,
        actions: [
          {
            do: 'run',
            id: 'make',
            argv: [
              'sh',
              '-c',
              'cd -- "${1:-${TMPDIR:-/tmp}}" && shift && p=$(mktemp "$@") && printf "%s/%s" "$(pwd)" "$p"',
              'tempfile',
              folder ?? '',
              ...argv,
            ],
          },
        ],
      },
    ]
  },
  result(_place, _task, outcomes) {
    const [made] = outcomes
    return made?.ok === true ? { path: made.stdout } : {}
  },
})
