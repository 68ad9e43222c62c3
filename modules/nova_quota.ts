import { defineModule, Failure, z } from '../runner/module/index.ts'
import { openNova } from './_nova.ts'
import { serviceAliases } from './_openstack-auth.ts'
import { limit, type QuotaPlace, quotaArguments, quotaChanges, quotaResult, readQuota } from './_quota.ts'

/** The last microversion in which the limits of injected files can be set is 2.56. */
const MICROVERSION = '2.50'

const args = z.strictObject({
  ...quotaArguments,
  instances: limit('Servers'),
  cores: limit('Virtual CPUs of all servers'),
  ram: limit('Megabytes of memory of all servers'),
  key_pairs: limit('Key pairs of each user'),
  metadata_items: limit('Metadata of each server'),
  server_groups: limit('Server groups'),
  server_group_members: limit('Servers of each group'),
  injected_files: limit('Files put into a new server'),
  injected_file_size: limit('Bytes of each of them'),
  injected_path_size: limit('Characters of their paths'),
})

const PLACE: QuotaPlace = { kind: 'nova_quota', path: '/os-quota-sets', noun: 'quota_set', defaults: '/defaults', label: 'compute' }

export default defineModule({
  name: 'nova_quota',
  summary: 'Limit how much of OpenStack Compute a project may use.',
  description: 'Limits that are not given stay as they are.',
  args,
  aliases: { ...serviceAliases, name: 'project' },
  returns: z.object({ quota: z.record(z.string(), z.number()).describe("The project's limits, by the API's names.") }),
  examples: [
    {
      name: 'A small project',
      yaml: 'nova_quota:\n  project: trial\n  instances: 4\n  cores: 8\n  ram: 8192\n  auth: {auth_url: "http://controller:5000/v3", username: admin, password: "{{ keystone_admin_password }}", project_name: admin}\n',
      lab: false,
    },
  ],
  async check(host, task, context) {
    const api = await openNova(host, task, context, MICROVERSION)
    return api instanceof Failure ? api : readQuota(api, PLACE, task)
  },
  plan: (state, task) => quotaChanges(state, PLACE, { ...task, limits: limitsOf(task) }),
  result: (state, task) => ({ quota: quotaResult(state, { state: task.state, limits: limitsOf(task) }) }),
})

/** Under the API's names. */
function limitsOf(task: z.output<typeof args>) {
  const { instances, cores, ram, key_pairs, metadata_items, server_groups, server_group_members, injected_files } = task
  return {
    instances,
    cores,
    ram,
    key_pairs,
    metadata_items,
    server_groups,
    server_group_members,
    injected_files,
    injected_file_content_bytes: task.injected_file_size,
    injected_file_path_bytes: task.injected_path_size,
  }
}
