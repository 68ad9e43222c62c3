import { z } from '../runner/module/index.ts'

/** What a rule lets through, in the form in which two rules that mean the same are equal. */
export interface Rule {
  readonly direction: string
  readonly ethertype: string
  /** Undefined for all. */
  readonly protocol: string | undefined
  readonly port_range_min: number | undefined
  readonly port_range_max: number | undefined
  readonly remote_ip_prefix: string | undefined
  readonly remote_group_id: string | undefined
}

const shape = z.looseObject({
  id: z.string().optional(),
  direction: z.string(),
  ethertype: z.string(),
  protocol: z.union([z.string(), z.number()]).nullish(),
  port_range_min: z.number().nullish(),
  port_range_max: z.number().nullish(),
  remote_ip_prefix: z.string().nullish(),
  remote_group_id: z.string().nullish(),
})
export type ApiRule = z.output<typeof shape>

export const ruleList = z.array(shape)

/** Names that numbers and other names stand for. */
const PROTOCOLS: Readonly<Record<string, string>> = {
  '1': 'icmp',
  '6': 'tcp',
  '17': 'udp',
  '58': 'ipv6-icmp',
  icmpv6: 'ipv6-icmp',
  '112': 'vrrp',
}

/** No prefix and a prefix that holds all addresses are one, and so are no ports and all ports. */
export function normalRule(rule: ApiRule): Rule {
  const protocol = protocolOf(rule.protocol)
  const ports = portsOf(protocol, rule)
  return {
    direction: rule.direction,
    ethertype: rule.ethertype,
    protocol,
    port_range_min: ports[0],
    port_range_max: ports[1],
    remote_ip_prefix: /^[0:.]*\/0$/.test(rule.remote_ip_prefix ?? '') ? undefined : (rule.remote_ip_prefix ?? undefined),
    remote_group_id: rule.remote_group_id ?? undefined,
  }
}

function protocolOf(protocol: ApiRule['protocol']): string | undefined {
  if (protocol === null || protocol === undefined) return undefined
  const name = String(protocol).toLowerCase()
  return name === 'any' || name === '' ? undefined : (PROTOCOLS[name] ?? name)
}

function portsOf(
  protocol: string | undefined,
  { port_range_min: min, port_range_max: max }: ApiRule,
): readonly [number | undefined, number | undefined] {
  const [first, last] = [port(min), port(max)]
  const all = (first ?? 1) === 1 && (last ?? 65_535) === 65_535
  return protocol === undefined || (all && !protocol.includes('icmp')) ? [undefined, undefined] : [first, last]
}

function port(number: number | null | undefined): number | undefined {
  return number === null || number === -1 ? undefined : number
}

/** For a person: `ingress IPv4 tcp 22 from 10.0.0.0/8`. */
export function describeRule(rule: Rule, group: string | undefined): string {
  const { port_range_min: min, port_range_max: max } = rule
  const ports = min === undefined && max === undefined ? '' : ` ${min === max ? String(min) : `${String(min ?? '')}-${String(max ?? '')}`}`
  const peer = group === undefined ? rule.remote_ip_prefix : `group ${group}`
  const side = rule.direction === 'ingress' ? 'from' : 'to'
  return `${rule.direction} ${rule.ethertype} ${rule.protocol ?? 'any'}${ports}${peer === undefined ? '' : ` ${side} ${peer}`}`
}
