import { defineModule, Failure, z } from '../runner/module/index.ts'
import { openNeutron } from './_neutron.ts'
import { serviceAliases } from './_openstack-auth.ts'
import { limit, type QuotaPlace, quotaArguments, quotaChanges, quotaResult, readQuota } from './_quota.ts'

const args = z.strictObject({
  ...quotaArguments,
  network: limit('Networks'),
  subnet: limit('Subnets'),
  subnetpool: limit('Subnet pools'),
  port: limit('Ports'),
  router: limit('Routers'),
  floatingip: limit('Floating addresses'),
  security_group: limit('Security groups'),
  security_group_rule: limit('Rules of all security groups'),
  rbac_policy: limit('Policies by which things are shared'),
})

const PLACE: QuotaPlace = { kind: 'neutron_quota', path: '/quotas', noun: 'quota', defaults: '/default', label: 'network' }

export default defineModule({
  name: 'neutron_quota',
  summary: 'Limit how much of OpenStack Networking a project may use.',
  description: 'Limits that are not given stay as they are.',
  args,
  aliases: { ...serviceAliases, name: 'project', network_floating_ips: 'floatingip' },
  returns: z.object({ quota: z.record(z.string(), z.number()).describe("The project's limits, by the API's names.") }),
  examples: [
    {
      name: 'Enough ports for a hundred servers',
      yaml: 'neutron_quota:\n  project: trial\n  port: 120\n  auth: {auth_url: "http://controller:5000/v3", username: admin, password: "{{ keystone_admin_password }}", project_name: admin}\n',
      lab: false,
    },
  ],
  async check(host, task, context) {
    const api = await openNeutron(host, task, context)
    return api instanceof Failure ? api : readQuota(api, PLACE, task)
  },
  plan: (state, task) => quotaChanges(state, PLACE, { ...task, limits: limitsOf(task) }),
  result: (state, task) => ({ quota: quotaResult(state, { state: task.state, limits: limitsOf(task) }) }),
})

function limitsOf(task: z.output<typeof args>) {
  const { network, subnet, subnetpool, port, router, floatingip, security_group, security_group_rule, rbac_policy } = task
  return { network, subnet, subnetpool, port, router, floatingip, security_group, security_group_rule, rbac_policy }
}
