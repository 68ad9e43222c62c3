import type { IptablesArgs } from './_iptables-args.ts'

/** The rule in the words of iptables; none where the task is about a chain alone. The order of matches is part of a rule's identity. */
export function ruleWords(task: IptablesArgs, ip: 'ipv4' | 'ipv6'): readonly string[] {
  return [...packet(task), ...target(task), ...interfaces(task), ...ports(task), ...conditions(task), ...endings(task, ip)]
}

function packet(task: IptablesArgs): readonly string[] {
  const flags = task.tcp_flags
  return [
    ...option('-p', task.protocol),
    ...option('-s', task.source),
    ...option('-d', task.destination),
    ...task.match.flatMap((name) => ['-m', name]),
    ...(flags === undefined ? [] : ['--tcp-flags', flags.flags.join(','), flags.flags_set.join(',')]),
  ]
}

function target(task: IptablesArgs): readonly string[] {
  return [
    ...option('-j', targetName(task)),
    ...option('--gateway', task.gateway),
    ...plain('--log-prefix', task.log_prefix),
    ...plain('--log-level', task.log_level),
    ...option('--to-destination', task.to_destination),
    ...(task.destination_ports.length === 0 ? [] : ['-m', 'multiport', '--dports', task.destination_ports.join(',')]),
    ...option('--to-source', task.to_source),
    ...option('-g', task.goto),
  ]
}

/** Options of a target that imply it. */
function targetName(task: IptablesArgs): string | undefined {
  if (task.jump !== undefined) return task.jump
  if (task.reject_with !== undefined) return 'REJECT'
  return task.set_dscp_mark === undefined && task.set_dscp_mark_class === undefined ? undefined : 'DSCP'
}

function interfaces(task: IptablesArgs): readonly string[] {
  return [
    ...option('-i', task.in_interface),
    ...option('-o', task.out_interface),
    ...(task.fragment === undefined ? [] : task.fragment.trim().startsWith('!') ? ['!', '-f'] : ['-f']),
    ...(task.set_counters === undefined ? [] : ['-c', ...task.set_counters.trim().split(/\s+/)]),
  ]
}

function ports(task: IptablesArgs): readonly string[] {
  return [
    ...option('--source-port', task.source_port),
    ...option('--destination-port', task.destination_port),
    ...option('--to-ports', task.to_ports),
    ...option('--set-dscp', task.set_dscp_mark),
    ...option('--set-dscp-class', task.set_dscp_mark_class),
    ...(task.syn === 'ignore' ? [] : task.syn === 'match' ? ['--syn'] : ['!', '--syn']),
  ]
}

function conditions(task: IptablesArgs): readonly string[] {
  const unless = (name: string): readonly string[] => (task.match.includes(name) ? [] : ['-m', name])
  const states = task.ctstate.join(',')
  const ranges = [...option('--src-range', task.src_range), ...option('--dst-range', task.dst_range)]
  const limits = [...option('--limit', task.limit), ...option('--limit-burst', task.limit_burst)]
  const owners = [...option('--uid-owner', task.uid_owner), ...option('--gid-owner', task.gid_owner)]
  return [
    ...(states === '' ? [] : task.match.includes('state') ? ['--state', states] : [...unless('conntrack'), '--ctstate', states]),
    ...(ranges.length === 0 ? [] : [...unless('iprange'), ...ranges]),
    ...(task.match_set === undefined ? [] : [...unless('set'), ...option('--match-set', task.match_set), task.match_set_flags ?? 'src']),
    ...(limits.length === 0 ? [] : [...unless('limit'), ...limits]),
    ...(owners.length === 0 ? [] : [...unless('owner'), ...owners]),
  ]
}

function endings(task: IptablesArgs, ip: 'ipv4' | 'ipv6'): readonly string[] {
  return [
    ...option('--reject-with', task.reject_with),
    ...option(ip === 'ipv4' ? '--icmp-type' : '--icmpv6-type', task.icmp_type),
    ...(task.comment === undefined ? [] : [...(task.match.includes('comment') ? [] : ['-m', 'comment']), '--comment', task.comment]),
  ]
}

/** A `!` in front of a value goes in front of the option. */
function option(name: string, value: string | undefined): readonly string[] {
  if (value === undefined) return []
  const trimmed = value.trim()
  return trimmed.startsWith('!') ? ['!', name, trimmed.slice(1).trim()] : [name, trimmed]
}

/** A value in which a `!` is a letter like others. */
function plain(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [name, value]
}
