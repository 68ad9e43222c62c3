import { args as arg, defineModule, type Failure, fail, z } from '../runner/module/index.ts'
import { aptArguments } from './_apt.ts'
import { planApt } from './_apt-plan.ts'
import { type AptState, readAptState } from './_apt-state.ts'

const schema = z.strictObject({
  name: arg.list(arg.str()).describe('Packages, with a version where one is wanted (`name=1.0`).'),
  state: z.enum(['present', 'installed', 'absent', 'removed', 'latest']).describe('`latest` also brings what is installed up to date.'),
  use: arg.str().default('auto').describe('The package manager: `auto` or `apt`.'),
})

type Args = z.output<typeof schema>

export default defineModule<Args, AptState>({
  name: 'package',
  summary: "Install and remove packages with the host's package manager.",
  description: 'Hosts with apt are served; see the module apt for all that it can do.',
  args: schema,
  aliases: { pkg: 'name' },
  examples: [
    {
      name: 'A package',
      yaml: 'package:\n  name: hello\n  state: present\n',
      lab: { first: 'changed', second: 'ok', before: 'apt:\n  name: hello\n  state: absent\n  update_cache: true\n' },
    },
    { name: 'Gone', yaml: 'package:\n  name: [hello]\n  state: absent\n', lab: { first: 'changed', second: 'ok' } },
  ],
  async check(host, task, context): Promise<AptState | Failure> {
    if (task.use !== 'auto' && task.use !== 'apt')
      return fail(`packages are not managed by ${task.use} here`, { hint: 'only apt is supported' })
    return readAptState(host, aptArgs(task), context)
  },
  plan: (state, task) => planApt(state, aptArgs(task)),
})

function aptArgs(task: Args): z.output<typeof aptArguments> {
  const state = { present: 'present', installed: 'present', absent: 'absent', removed: 'absent', latest: 'latest' } as const
  return aptArguments.parse({ name: task.name, state: state[task.state] })
}
