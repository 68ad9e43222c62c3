import { isDeepStrictEqual } from 'node:util'
import { args as arg, type Change, defineModule, Failure, fail, type Outcome, resource, z } from '../runner/module/index.ts'
import { findGroup, openNeutron, projectArgument, stateArgument } from './_neutron.ts'
import { type ApiRule, describeRule, normalRule, type Rule, ruleList } from './_neutron-rule.ts'
import type { Api } from './_openstack.ts'
import { serviceAliases, serviceArguments } from './_openstack-auth.ts'
import type { Found } from './_openstack-believed.ts'
import { given } from './_openstack-fields.ts'
import { type Owner, ownedKeys, ownerOf } from './_openstack-project.ts'
import { readFrom, send } from './_openstack-request.ts'
import { resultOf } from './_openstack-resource.ts'

const ruleArguments = z
  .strictObject({
    ...serviceArguments,
    security_group: arg.str().describe('Name or id. Each project has one that is called `default`.'),
    protocol: arg.str().optional().describe('`tcp`, `udp`, `icmp`, a number …; default: any.'),
    port_range_min: arg.int().optional().describe('First port, or type of ICMP; default: all.'),
    port_range_max: arg.int().optional().describe('Last port, or code of ICMP; default: all.'),
    remote_ip_prefix: arg.str().optional().describe('Addresses at the other end, `10.0.0.0/8`; default: any.'),
    remote_group: arg.str().optional().describe('Group of the other end, by name or id.'),
    ether_type: z.enum(['IPv4', 'IPv6']).default('IPv4'),
    direction: z.enum(['ingress', 'egress']).default('ingress'),
    description: arg.str().optional().describe('For a new rule.'),
    project: projectArgument,
    state: stateArgument,
  })
  .refine((args) => args.remote_ip_prefix === undefined || args.remote_group === undefined, {
    message: 'remote_ip_prefix and remote_group exclude each other',
  })

type RuleArguments = z.output<typeof ruleArguments>

interface RuleState {
  readonly api: Api
  readonly owner: Owner
  readonly group: Found
  readonly rule: Rule
  /** The rule that means the same. */
  readonly existing: ApiRule | undefined
}

export default defineModule({
  name: 'neutron_security_group_rule',
  summary: 'Add rules to security groups of OpenStack Networking, and remove them.',
  description: 'A rule that means the same counts as the rule: all ports and no ports, any address and no prefix, `6` and `tcp`.',
  fqcn: ['openstack.cloud.security_group_rule', 'openstack.cloud.os_security_group_rule', 'os_security_group_rule'],
  args: ruleArguments,
  aliases: { ...serviceAliases, ethertype: 'ether_type', remote_group_id: 'remote_group' },
  returns: z.object({ rule: z.record(z.string(), z.unknown()).optional(), id: z.string().optional() }),
  examples: [
    {
      name: 'Let SSH in',
      yaml: 'neutron_security_group_rule:\n  security_group: default\n  protocol: tcp\n  port_range_min: 22\n  port_range_max: 22\n  remote_ip_prefix: 0.0.0.0/0\n  auth: {auth_url: "http://controller:5000/v3", username: joe, password: "{{ keystone_joe_password }}", project_name: trial}\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    return readFrom(openNeutron(host, args, context), (api) => readRule(api, args))
  },
  plan(state: RuleState, args): readonly Change[] {
    if ((state.existing !== undefined) === (args.state === 'present') || !state.group.exists) return []
    const what = `${describeRule(state.rule, args.remote_group)} ${args.state === 'present' ? 'to' : 'from'} security group ${args.security_group}`
    return [args.state === 'present' ? addition(state, args, `add ${what}`) : removal(state, args, `remove ${what}`)]
  },
  result: ({ existing }, args, outcomes) => (args.state === 'absent' ? {} : ruleResult(existing, outcomes)),
})

async function readRule(api: Api, args: RuleArguments): Promise<RuleState | Failure> {
  const owner = await ownerOf(api, args.project)
  if (owner instanceof Failure) return owner
  const [group, remote] = await Promise.all([
    findGroup(api, owner, args.security_group),
    args.remote_group === undefined ? undefined : findGroup(api, owner, args.remote_group),
  ])
  if (remote?.exists === false) return lacking(args.remote_group ?? '', owner)
  if (!group.exists && args.state === 'present') return lacking(args.security_group, owner)
  const rule = normalRule({
    ...args,
    ethertype: args.ether_type,
    remote_group_id: remote?.exists === true ? (remote.id ?? args.remote_group) : undefined,
  })
  return { api, owner, group, rule, existing: rulesOf(group).find((other) => isDeepStrictEqual(normalRule(other), rule)) }
}

function lacking(group: string, owner: Owner): Failure {
  const hint = group === 'default' ? 'it comes with the first login to the project' : 'create it with neutron_security_group first'
  return fail(`project ${owner.name} has no security group ${group}`, { hint })
}

function rulesOf(group: Found): readonly ApiRule[] {
  return group.exists ? ruleList.parse(group.data['security_group_rules'] ?? []) : []
}

function addition(state: RuleState, args: RuleArguments, what: string): Change {
  const { api, group, owner, rule } = state
  const fields = {
    ...rule,
    protocol: args.protocol?.toLowerCase() === 'any' ? undefined : args.protocol,
    remote_ip_prefix: args.remote_ip_prefix,
  }
  const json = given({
    ...fields,
    description: args.description,
    project_id: owner.id,
    security_group_id: group.exists ? (group.id ?? '') : '',
  })
  const action = send(api, {
    id: 'security_group_rule',
    method: 'POST',
    path: ['/security-group-rules'],
    json: { security_group_rule: json },
    purpose: what,
  })
  const { direction, ethertype } = rule
  return withRules(state, [...rulesOf(group), { ...rule, direction, ethertype }], { what, actions: [action] }, args)
}

function removal(state: RuleState, args: RuleArguments, what: string): Change {
  const { api, existing, group } = state
  const action = send(api, { method: 'DELETE', path: ['/security-group-rules/', existing?.id ?? ''], purpose: what })
  return withRules(
    state,
    rulesOf(group).filter((rule) => !isDeepStrictEqual(normalRule(rule), state.rule)),
    { what, actions: [action] },
    args,
  )
}

/** The group with other rules is what a later task finds. */
function withRules(state: RuleState, rules: readonly ApiRule[], change: Change, args: RuleArguments): Change {
  const { group, owner } = state
  const after = group.exists ? { ...group, data: { ...group.data, security_group_rules: rules } } : group
  return { ...change, effects: ownedKeys(owner, args.security_group).map((key) => resource('neutron_security_group', key, after, 'run')) }
}

function ruleResult(existing: ApiRule | undefined, outcomes: readonly Outcome[]): Readonly<Record<string, unknown>> {
  const found: Found = existing === undefined ? { exists: false } : { exists: true, data: existing }
  const { security_group_rule: rule, ...rest } = resultOf(found, 'security_group_rule', outcomes, { ether_type: 'ethertype' })
  return rule === undefined ? {} : { rule, ...rest }
}
