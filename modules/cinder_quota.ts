import { args as arg, type Change, defineModule, Failure, fail, z } from '../runner/module/index.ts'
import { openCinder } from './_cinder.ts'
import { scopedKey } from './_keystone.ts'
import { type Api, openIdentity } from './_openstack.ts'
import { serviceAliases, serviceArguments } from './_openstack-auth.ts'
import { ABSENT, believed, type Found } from './_openstack-believed.ts'
import { find, findById, looksLikeId } from './_openstack-find.ts'
import { reading } from './_openstack-request.ts'
import { changesOf, resultOf } from './_openstack-resource.ts'

const limit = (what: string) => arg.int().optional().describe(`${what}; -1 is no limit.`)

const quotaArguments = z.strictObject({
  ...serviceArguments,
  project: arg.str().describe('Project, by name or id.'),
  volumes: limit('Volumes'),
  snapshots: limit('Snapshots'),
  gigabytes: limit('Gigabytes of all volumes and snapshots'),
  per_volume_gigabytes: limit('Gigabytes of one volume'),
  backups: limit('Backups'),
  backup_gigabytes: limit('Gigabytes of all backups'),
})

interface State {
  readonly api: Api
  readonly quota: Found
}

export default defineModule({
  name: 'cinder_quota',
  summary: 'Limit how much of OpenStack Block Storage a project may use.',
  description: 'Limits that are not given stay as they are. The limits of projects that have none of their own are in cinder.conf.',
  args: quotaArguments,
  aliases: { ...serviceAliases, name: 'project' },
  returns: z.object({ quota_set: z.record(z.string(), z.unknown()).optional() }),
  examples: [
    {
      name: 'Twenty volumes of 100 GB at most together',
      yaml: 'cinder_quota:\n  project: trial\n  volumes: 20\n  gigabytes: 100\n  auth_url: http://controller:5000/v3\n  login_user: admin\n  login_password: "{{ keystone_admin_password }}"\n  login_project_name: admin\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    const [identity, api] = await Promise.all([openIdentity(host, { ...args }, context), openCinder(host, args, context)])
    if (identity instanceof Failure) return identity
    if (api instanceof Failure) return api
    return reading(async () => {
      const project = await projectId(identity, args.project)
      if (project === undefined) return fail(`there is no project ${args.project}`, { hint: 'make it with keystone_project first' })
      const known = await believed<Found>(host, 'cinder_quota', args.project)
      const quota =
        known ??
        (project === ''
          ? ABSENT
          : await findById(api, { kind: 'cinder_quota', keys: [], noun: 'quota_set', path: `/os-quota-sets/${project}` }))
      return { api, quota: quota.exists ? quota : { exists: true, id: project, data: {} } }
    })
  },
  plan({ api, quota }: State, args): readonly Change[] {
    const { volumes, snapshots, gigabytes, per_volume_gigabytes, backups, backup_gigabytes } = args
    return changesOf(
      api,
      quota,
      {
        noun: 'quota_set',
        kind: 'cinder_quota',
        path: '/os-quota-sets',
        label: `the limits of project ${args.project}`,
        keys: [args.project],
        identity: {},
        wanted: { volumes, snapshots, gigabytes, per_volume_gigabytes, backups, backup_gigabytes },
        update: 'PUT',
      },
      'present',
    )
  },
  result: (state, _args, outcomes) => resultOf(state.quota, 'quota_set', outcomes),
})

/** Empty for a project that check mode foresees, undefined for none. */
async function projectId(identity: Api, project: string): Promise<string | undefined> {
  if (looksLikeId(project)) return project
  const found = await find(
    identity,
    'keystone_project',
    scopedKey('default', project),
    `/projects?name=${encodeURIComponent(project)}&domain_id=default`,
  )
  return found.exists ? (found.id ?? '') : undefined
}
