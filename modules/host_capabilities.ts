import { args as arg, defineModule, type Probe, Unavailable, z } from '../runner/module/index.ts'
import { availabilityOf, containerOf, FEATURE_SCRIPT, FEATURES, type FeatureName } from './_capability-features.ts'
import { listenersOf, portScript } from './_capability-ports.ts'
import { Sections } from './_capability-sections.ts'
import { cgroupsOf, disksOf, mirrorOf, namesOf, releaseOf, stateScript } from './_capability-state.ts'

const featureNames = Object.keys(FEATURES)

const schema = z.strictObject({
  ports: arg.list(arg.int()).default([]).describe('TCP ports; `ports` of the result has those that are taken, with unit and program.'),
  names: arg.list(arg.str()).default([]).describe('Names to resolve on the host.'),
  paths: arg
    .list(arg.path())
    .default(['/'])
    .describe('Where free space is looked at; a folder that is not there counts as the one above it.'),
  mirror: arg
    .str()
    .optional()
    .describe("A file to download as the host's apt does, to see whether it can. `sources`: the index of its first package source."),
})

type Args = z.output<typeof schema>

interface State {
  readonly answers: Sections
  /** Seconds that the host's clock is ahead of the controller's. */
  readonly clockOffset: number
}

export default defineModule<Args, State>({
  name: 'host_capabilities',
  summary: 'Read what a host offers to services: kernel features, memory, disks, clock, taken ports, names, its package source.',
  description: [
    `One question to the host, which changes nothing. \`features\` are ${featureNames.map((name) => `\`${name}\``).join(', ')}; each says whether`,
    'it is `available` and `why`: built in, loadable, missing, or without its device node, as in a container.',
    '`clock_offset` holds the way of the answer, too: compare hosts with each other, and not to the fraction of a second.',
  ].join('\n'),
  args: schema,
  returns: z.object({
    features: z.record(z.string(), z.object({ available: z.boolean(), why: z.string() })),
    kernel: z.string(),
    container: z.string(),
    distribution: z.object({ id: z.string(), version: z.string(), name: z.string() }),
    init: z.string(),
    cgroup: z.enum(['v2', 'v1', 'hybrid', 'none']),
    memory_mb: z.number(),
    swap_mb: z.number(),
    processors: z.number(),
    clock_offset: z.number(),
    disks: z.record(z.string(), z.object({ free_mb: z.number(), total_mb: z.number() })),
    ports: z.record(z.string(), z.object({ unit: z.string(), program: z.string() })),
    names: z.record(z.string(), z.array(z.string())),
    mirror: z.object({ url: z.string(), reachable: z.boolean(), message: z.string() }).optional(),
  }),
  examples: [
    {
      name: 'What volumes can be kept in',
      yaml: 'host_capabilities:\n  ports: [8776]\n  paths: [/var/lib/cinder]\nregister: can\n',
      lab: { first: 'ok' },
    },
  ],
  async check(host, task, context) {
    const answers = await host.probe(capabilities(task))
    return { answers, clockOffset: Number(answers.text('clock').replace(/\.?N$/, '')) - context.now / 1000 }
  },
  plan: () => [],
  result({ answers, clockOffset }) {
    const [memory = 0, swap = 0] = answers.lines('memory').map(Number)
    return {
      features: Object.fromEntries(featureNames.filter(isFeature).map((name) => [name, availabilityOf(name, answers)])),
      kernel: answers.text('kernel'),
      container: containerOf(answers),
      distribution: releaseOf(answers),
      init: answers.text('init'),
      cgroup: cgroupsOf(answers),
      memory_mb: Math.floor(memory / 1024),
      swap_mb: Math.floor(swap / 1024),
      processors: Number(answers.text('processors')),
      clock_offset: Math.round(clockOffset * 10) / 10,
      disks: disksOf(answers),
      ports: Object.fromEntries(listenersOf(answers)),
      names: namesOf(answers),
      mirror: mirrorOf(answers),
    }
  },
})

function capabilities(task: Args): Probe<Sections> {
  return {
    kind: 'host_capabilities',
    key: JSON.stringify([task.ports, task.names, task.paths, task.mirror ?? '']),
    script: [FEATURE_SCRIPT, portScript(task.ports), stateScript(task), ':'].join('\n'),
    parse: ({ text, stderr }) => {
      const answers = new Sections(text)
      return answers.text('kernel') === '' ? new Unavailable(`the host does not tell what it can do: ${stderr.trim()}`) : answers
    },
  }
}

function isFeature(name: string): name is FeatureName {
  return name in FEATURES
}
