import { args as arg, defineModule, Failure, z } from '../runner/module/index.ts'
import { openCinder } from './_cinder.ts'
import { running } from './_openstack.ts'
import { serviceAliases, serviceArguments } from './_openstack-auth.ts'
import { listAll, reading } from './_openstack-request.ts'

export default defineModule({
  name: 'cinder_volume_info',
  summary: 'List the volumes of OpenStack Block Storage that a project has.',
  fqcn: ['openstack.cloud.volume_info', 'openstack.cloud.os_volume_info'],
  args: z.strictObject({
    ...serviceArguments,
    name: arg.str().optional().describe('Only volumes of this name.'),
    all_projects: arg.bool().default(false).describe("The volumes of all projects, which only an administrator's login can see."),
  }),
  aliases: serviceAliases,
  returns: z.object({ volumes: z.array(z.record(z.string(), z.unknown())).describe('id, name, description, size, status, attachments …') }),
  examples: [
    {
      name: "Joe's volumes called test",
      yaml: 'cinder_volume_info:\n  name: test\n  auth: {auth_url: "http://controller:5000/v3", username: joe, password: "{{ keystone_joe_password }}", project_name: trial}\nregister: found\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    const api = running(await openCinder(host, args, context), 'the volumes')
    if (api instanceof Failure) return api
    const query = [
      ...(args.name === undefined ? [] : [`name=${encodeURIComponent(args.name)}`]),
      ...(args.all_projects ? ['all_tenants=1'] : []),
    ].join('&')
    const volumes = await reading(() => listAll(api, `/volumes/detail${query === '' ? '' : `?${query}`}`, 'volumes'))
    return volumes instanceof Failure ? volumes : { volumes }
  },
  plan: () => [],
  result: ({ volumes }) => ({ volumes }),
})
