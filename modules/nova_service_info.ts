import { args as arg, defineModule, Failure, z } from '../runner/module/index.ts'
import { openNova } from './_nova.ts'
import { running } from './_openstack.ts'
import { serviceAliases, serviceArguments } from './_openstack-auth.ts'
import { listAll, reading } from './_openstack-request.ts'

export default defineModule({
  name: 'nova_service_info',
  summary: 'List the services of OpenStack Compute with their state.',
  fqcn: ['openstack.cloud.compute_service_info'],
  args: z.strictObject({
    ...serviceArguments,
    binary: arg.str().optional().describe('Only this program: `nova-compute`.'),
    host: arg.str().optional().describe('Only on this host.'),
  }),
  aliases: serviceAliases,
  returns: z.object({
    compute_services: z.array(z.record(z.string(), z.unknown())).describe('binary, host, state (up, down), status (enabled, disabled) …'),
  }),
  examples: [
    {
      name: 'Wait for the compute nodes',
      yaml: 'nova_service_info:\n  binary: nova-compute\n  auth: {auth_url: "http://controller:5000/v3", username: admin, password: "{{ keystone_admin_password }}", project_name: admin}\nregister: nodes\nuntil: nodes.compute_services | selectattr("state", "eq", "up") | length > 0\nretries: 30\ndelay: 2\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    const api = running(await openNova(host, args, context), 'the services of Nova')
    if (api instanceof Failure) return api
    const filters = Object.entries({ binary: args.binary, host: args.host })
    const query = filters.flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${encodeURIComponent(value)}`])).join('&')
    const services = await reading(() => listAll(api, `/os-services${query === '' ? '' : `?${query}`}`, 'services'))
    return services instanceof Failure ? services : { services }
  },
  plan: () => [],
  result: ({ services }) => ({
    compute_services: services.map((service) => ({
      ...service,
      availability_zone: service['zone'],
      is_forced_down: service['forced_down'],
    })),
  }),
})
