import { type Change, defineModule, type Failure, fail, type ReadOnlyHost, z } from '../runner/module/index.ts'
import { chainProbe, type Program, programsFor, ruleProbe, type TableView } from './_iptables.ts'
import { type IptablesArgs, iptablesSchema } from './_iptables-args.ts'
import { planTable } from './_iptables-plan.ts'
import { ruleWords } from './_iptables-rule.ts'

export default defineModule<IptablesArgs, readonly TableView[]>({
  name: 'iptables',
  summary: 'Rules, chains and policies of the packet filter, as they are now.',
  description: [
    'Rules are the kernel’s and do not outlive a restart: save them with `iptables-save`, or by the package netfilter-persistent.',
    'A `!` in front of a value inverts it. A chain that is empty already is no change for `flush`.',
  ].join(' '),
  args: iptablesSchema,
  returns: z.object({
    table: z.string(),
    chain: z.string().nullable(),
    rule: z.string(),
    state: z.string(),
    ip_version: z.string(),
    flush: z.boolean(),
    chain_management: z.boolean(),
    wait: z.string().nullable(),
  }),
  examples: [
    {
      name: 'A port, for new connections',
      yaml: 'iptables:\n  chain: INPUT\n  protocol: tcp\n  destination_port: 8080\n  ctstate: NEW\n  jump: ACCEPT\n  comment: the proxy\n',
      lab: { first: 'changed', second: 'ok', before: 'apt:\n  name: iptables\n  update_cache: true\n' },
    },
    {
      name: 'Instances go out under the address of the host',
      yaml: 'iptables:\n  table: nat\n  chain: POSTROUTING\n  source: 192.168.100.0/24\n  destination: "!192.168.100.0/24"\n  jump: MASQUERADE\n',
      lab: { first: 'changed', second: 'ok' },
    },
    {
      name: 'Several ports, before all other rules',
      yaml: 'iptables:\n  chain: INPUT\n  action: insert\n  protocol: tcp\n  destination_ports: [80, 443, "8000:8010"]\n  jump: ACCEPT\n  ip_version: both\n  wait: 5\n',
      lab: { first: 'changed', second: 'ok' },
    },
    {
      name: 'A chain of our own',
      yaml: 'iptables:\n  chain: OURS\n  chain_management: true\n',
      lab: { first: 'changed', second: 'ok' },
    },
    { name: 'What is not allowed', yaml: 'iptables:\n  chain: FORWARD\n  policy: DROP\n', lab: { first: 'changed', second: 'ok' } },
    { name: 'No rules', yaml: 'iptables:\n  chain: INPUT\n  flush: true\n', lab: { first: 'changed', second: 'ok' } },
  ],
  check: (host, task) => Promise.all(programsFor(task).map((program) => readTable(host, task, program))),
  plan(views, task): readonly Change[] | Failure {
    const orphan = views.find((view) => isOrphan(view, task))
    if (orphan !== undefined)
      return fail(`${orphan.program}: there is no chain ${task.chain ?? ''} in table ${task.table}`, {
        hint: 'chain_management: true makes it',
      })
    return views.flatMap((view) => planTable(view, task))
  },
  result: (views, task) => ({
    table: task.table,
    chain: task.chain ?? null,
    rule: task.flush || task.policy !== undefined ? '' : (views[0]?.rule.join(' ') ?? ''),
    state: task.state,
    ip_version: task.ip_version,
    flush: task.flush,
    chain_management: task.chain_management,
    wait: task.wait ?? null,
  }),
})

async function readTable(host: ReadOnlyHost, task: IptablesArgs, program: Program): Promise<TableView> {
  const rule = ruleWords(task, program === 'iptables' ? 'ipv4' : 'ipv6')
  const about = { program, table: task.table, chain: task.chain, wait: task.wait }
  const asked = task.chain !== undefined && !task.flush && task.policy === undefined && rule.length > 0
  const [chain, found] = await Promise.all([host.probe(chainProbe(about)), asked ? host.probe(ruleProbe(about, rule)) : false])
  return { program, rule, chain, there: chain.believed?.[rule.join(' ')] ?? (found && chain.flushed !== true) }
}

/** A rule, a policy or a flush is for a chain that is there. */
function isOrphan({ chain, rule }: TableView, task: IptablesArgs): boolean {
  if (chain.exists || task.chain === undefined) return false
  if (task.flush || task.policy !== undefined) return true
  return task.state === 'present' && rule.length > 0 && !task.chain_management
}
