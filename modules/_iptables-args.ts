import { args as arg, z } from '../runner/module/index.ts'

const text = (meaning: string) => arg.str().optional().describe(meaning)
const LEVELS = ['0', '1', '2', '3', '4', '5', '6', '7', 'emerg', 'alert', 'crit', 'error', 'warning', 'notice', 'info', 'debug'] as const

/** The arguments that describe a rule. A `!` in front of a value inverts it. */
const ruleArguments = {
  protocol: text('`tcp`, `udp`, `icmp`, a number …'),
  source: text('Address, with a mask.'),
  destination: text('Address, with a mask.'),
  match: arg.list(arg.str()).default([]).describe('Extension modules to load, `state` for example.'),
  tcp_flags: z
    .strictObject({ flags: arg.list(arg.str()), flags_set: arg.list(arg.str()) })
    .optional()
    .describe('The flags to look at, and those of them that are to be set.'),
  jump: text('The target: `ACCEPT`, `DROP`, `MASQUERADE`, a chain …'),
  gateway: text('Where a copy goes, for `TEE`.'),
  log_prefix: text('For `LOG`.'),
  log_level: z
    .preprocess((value) => (typeof value === 'number' ? String(value) : value), z.enum(LEVELS))
    .optional()
    .describe('For `LOG`.'),
  to_destination: text('New destination, for `DNAT`.'),
  destination_ports: arg.list(arg.str()).default([]).describe('Ports and ranges (`8000:8010`), at most 15.'),
  to_source: text('New source, for `SNAT`.'),
  goto: text('A chain that does not return to this one.'),
  in_interface: text('Where the packet comes in.'),
  out_interface: text('Where it goes out.'),
  fragment: text('Only further fragments of packets.'),
  set_counters: text('Packets and bytes that a new rule starts with.'),
  source_port: text('Port, or a range `first:last`.'),
  destination_port: text('Port, or a range `first:last`.'),
  to_ports: text('New ports, for `REDIRECT`.'),
  set_dscp_mark: text('Number; implies the target `DSCP`.'),
  set_dscp_mark_class: text('Class; implies the target `DSCP`.'),
  syn: z.enum(['ignore', 'match', 'negate']).default('ignore').describe('The first packet of a TCP connection, or any other.'),
  ctstate: arg.list(arg.str()).default([]).describe('`NEW`, `ESTABLISHED`, `RELATED`, `INVALID` …'),
  src_range: text('Addresses from-to.'),
  dst_range: text('Addresses from-to.'),
  match_set: text('Name of an ipset.'),
  match_set_flags: z.enum(['src', 'dst', 'src,dst', 'dst,src', 'dst,dst', 'src,src']).optional(),
  limit: text('Matches on average: `5/second`.'),
  limit_burst: text('Matches before the limit counts.'),
  uid_owner: text('User whose process sends it.'),
  gid_owner: text('Group whose process sends it.'),
  reject_with: text('What to answer; implies the target `REJECT`.'),
  icmp_type: text('Name or number.'),
  comment: text('Kept with the rule.'),
}

export const iptablesSchema = z
  .strictObject({
    table: z.enum(['filter', 'nat', 'mangle', 'raw', 'security']).default('filter'),
    chain: text('`INPUT`, `FORWARD`, `OUTPUT`, `PREROUTING`, `POSTROUTING` or a chain of your own.'),
    state: z.enum(['present', 'absent']).default('present'),
    action: z.enum(['append', 'insert']).default('append').describe('Where a new rule goes: last, or first (or to `rule_num`).'),
    rule_num: text('Number that an inserted rule gets.'),
    ip_version: z.enum(['ipv4', 'ipv6', 'both']).default('ipv4'),
    policy: z
      .enum(['ACCEPT', 'DROP', 'QUEUE', 'RETURN'])
      .optional()
      .describe('What becomes of packets that no rule of the chain decides about. Other arguments are ignored.'),
    flush: arg.bool().default(false).describe('Remove all rules of the chain, or without one of the table.'),
    chain_management: arg.bool().default(false).describe('Make the chain where it is missing; with `absent` and no rule, delete it.'),
    wait: text('Seconds to wait for another program that changes rules.'),
    numeric: arg.bool().default(false).describe('Accepted for compatibility: names are never looked up here.'),
    ...ruleArguments,
  })
  .superRefine((task, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
    if (!task.flush && task.chain === undefined) refuse('flush is False but all of the following are missing: chain')
    if (task.set_dscp_mark !== undefined && task.set_dscp_mark_class !== undefined)
      refuse('parameters are mutually exclusive: set_dscp_mark|set_dscp_mark_class')
    if (task.policy !== undefined && task.flush) refuse('parameters are mutually exclusive: flush|policy')
    if ((task.match_set === undefined) !== (task.match_set_flags === undefined)) refuse('match_set and match_set_flags belong together')
    for (const [name, target] of Object.entries(TARGETS)) if (isWrongTarget(task, name, target)) refuse(`${name} is for jump=${target}`)
  })

/** Options that belong to one target. */
const TARGETS = { log_prefix: 'LOG', log_level: 'LOG', gateway: 'TEE', reject_with: 'REJECT' } as const

function isWrongTarget(task: Readonly<Record<string, unknown>>, name: string, target: string): boolean {
  return task[name] !== undefined && task['jump'] !== undefined && task['jump'] !== target
}

export type IptablesArgs = z.output<typeof iptablesSchema>
