import {
  args as arg,
  type Change,
  defineModule,
  type Failure,
  fail,
  type Probe,
  quote,
  resource,
  Unavailable,
  z,
} from '../runner/module/index.ts'
import { refused } from './_arguments.ts'

const subcommand = z.strictObject({ name: z.string(), link: z.string(), path: z.string() })

const schema = z
  .strictObject({
    name: arg.str().describe('The name of the group of alternatives: `editor`.'),
    path: arg.path().optional().describe('The program that is meant.'),
    link: arg.path().optional().describe('The path that leads to it: `/usr/bin/editor`. Needed where the group is not there yet.'),
    priority: arg.int().optional().describe('What counts when the host chooses by itself; 50 for a new one.'),
    state: z
      .enum(['present', 'selected', 'auto', 'absent'])
      .default('selected')
      .describe('In the group; and chosen by hand; and chosen by the host by priority; or not in the group.'),
    subcommands: z.array(subcommand).optional().describe('Links that go along with it, such as manual pages.'),
    family: refused('update-alternatives of Debian knows no families'),
  })
  .superRefine((task, context) => {
    if (task.state !== 'auto' && task.path === undefined)
      context.addIssue({ code: 'custom', message: `state is ${task.state} but all of the following are missing: path` })
  })

type Args = z.output<typeof schema>

interface Alternative {
  readonly path: string
  readonly priority: number
  /** Paths by names of links that go along. */
  readonly slaves: Readonly<Record<string, string>>
}

interface Group {
  readonly link: string | undefined
  readonly mode: 'auto' | 'manual' | undefined
  readonly value: string | undefined
  readonly choices: readonly Alternative[]
}

export default defineModule<Args, Group>({
  name: 'alternatives',
  fqcn: ['community.general.alternatives'],
  summary: 'Choose one of several programs for a common name.',
  args: schema,
  returns: z.object({ name: z.string(), path: z.string().optional(), state: z.string() }),
  examples: [
    {
      name: 'A new one, chosen',
      yaml: 'alternatives:\n  name: lab-greeting\n  link: /usr/local/bin/lab-greeting\n  path: /bin/true\n  priority: 10\n',
      lab: { first: 'changed' },
    },
    {
      name: 'Another one, and the host chooses',
      yaml: 'alternatives:\n  name: lab-greeting\n  path: /bin/false\n  priority: 20\n  state: auto\n',
      lab: { first: 'changed' },
    },
    { name: 'Not any more', yaml: 'alternatives:\n  name: lab-greeting\n  path: /bin/true\n  state: absent\n', lab: { first: 'changed' } },
  ],
  check: (host, task) => host.probe(groupProbe(task.name)),
  plan,
  result: (_group, task) => ({ name: task.name, state: task.state, ...(task.path === undefined ? {} : { path: task.path }) }),
})

function plan(group: Group, task: Args): readonly Change[] | Failure {
  const { name, path, state } = task
  const own = group.choices.find((each) => each.path === path)
  if (state === 'absent') {
    if (own === undefined) return []
    const choices = group.choices.filter((each) => each !== own)
    return [
      change(`take ${own.path} out of the alternatives for ${name}`, ['--remove', name, own.path], {
        task,
        after: chosen({ ...group, choices }),
      }),
    ]
  }
  const link = task.link ?? group.link
  if (path !== undefined && own === undefined && link === undefined)
    return fail('Needed to install the alternative, but unable to do so as we are missing the link')
  const installed = path === undefined ? group : withChoice(group, { task, path, link, own })
  return [...installation(group, installed, task), ...selection(installed, task)]
}

interface Choice {
  readonly task: Args
  readonly path: string
  readonly link: string | undefined
  readonly own: Alternative | undefined
}

function withChoice(group: Group, { task, path, link, own }: Choice): Group {
  const slaves =
    task.subcommands === undefined ? (own?.slaves ?? {}) : Object.fromEntries(task.subcommands.map((each) => [each.name, each.path]))
  const alternative = { path, priority: task.priority ?? own?.priority ?? 50, slaves }
  const choices = [...group.choices.filter((each) => each.path !== path), alternative]
  return chosen({ ...group, link, choices, mode: group.mode ?? 'auto' })
}

/** In automatic mode the host takes what has the highest priority. */
function chosen(group: Group): Group {
  if (group.mode === 'manual' && group.choices.some(({ path }) => path === group.value)) return group
  const best = group.choices.toSorted((one, other) => other.priority - one.priority)[0]
  return { ...group, mode: 'auto', value: best?.path }
}

function installation(before: Group, after: Group, task: Args): readonly Change[] {
  const old = before.choices.find((each) => each.path === task.path)
  const own = after.choices.find((each) => each.path === task.path)
  if (
    own === undefined ||
    (old !== undefined &&
      JSON.stringify([old.priority, old.slaves]) === JSON.stringify([own.priority, own.slaves]) &&
      before.link === after.link)
  )
    return []
  const slaves = (task.subcommands ?? []).flatMap((each) => ['--slave', each.link, each.name, each.path])
  const words = ['--install', after.link ?? '', task.name, own.path, String(own.priority), ...slaves]
  return [
    change(
      `${old === undefined ? 'add' : 'set'} ${own.path} (${String(own.priority)}) ${old === undefined ? 'to' : 'in'} the alternatives for ${task.name}`,
      words,
      { task, after },
    ),
  ]
}

function selection(group: Group, task: Args): readonly Change[] {
  const { name, path, state } = task
  if (state === 'selected' && path !== undefined && group.value !== path)
    return [change(`choose ${path} for ${name}`, ['--set', name, path], { task, after: { ...group, mode: 'manual', value: path } })]
  if (state === 'auto' && group.mode === 'manual')
    return [
      change(`let the host choose for ${name}`, ['--auto', name], { task, after: chosen({ ...group, mode: 'auto', value: undefined }) }),
    ]
  return []
}

function change(what: string, words: readonly string[], { task, after }: { readonly task: Args; readonly after: Group }): Change {
  return { what, actions: [{ do: 'run', argv: ['update-alternatives', ...words] }], effects: [resource('alternatives', task.name, after)] }
}

function groupProbe(name: string): Probe<Group> {
  return {
    kind: 'alternatives',
    key: name,
    script: `sr_has update-alternatives || (exit 127) && { LC_ALL=C update-alternatives --query ${quote(name)} 2>/dev/null || :; }`,
    parse({ rc, text }) {
      if (rc === 127) return new Unavailable('there is no update-alternatives on this host')
      const [head = '', ...blocks] = text.split(/\n\n/)
      const field = (block: string, key: string): string | undefined => new RegExp(`^${key}: (.*)$`, 'm').exec(block)?.[1]
      const mode = field(head, 'Status')
      return {
        link: field(head, 'Link'),
        mode: mode === 'auto' || mode === 'manual' ? mode : undefined,
        value: field(head, 'Value'),
        choices: blocks.flatMap((block) => {
          const path = field(block, 'Alternative')
          const slaves = Object.fromEntries([...block.matchAll(/^ (\S+) (.+)$/gm)].map(([, key = '', value = '']) => [key, value]))
          return path === undefined ? [] : [{ path, priority: Number(field(block, 'Priority')), slaves }]
        }),
      }
    },
  }
}
