import { args as arg, type Change, defineModule, Failure, fail, UnknownState, z } from '../runner/module/index.ts'
import { openNova } from './_nova.ts'
import type { Api } from './_openstack.ts'
import { serviceAliases, serviceArguments } from './_openstack-auth.ts'
import type { Found } from './_openstack-believed.ts'
import { findBy } from './_openstack-find.ts'
import { listAll, reading, send } from './_openstack-request.ts'
import { effectsOf, removal } from './_openstack-resource.ts'

const schema = z.strictObject({
  ...serviceArguments,
  host: arg.str().describe('Name that the service reports: `host` of its nova.conf.'),
  binary: arg.str().default('nova-compute'),
  state: z
    .enum(['enabled', 'disabled', 'absent'])
    .default('enabled')
    .describe('A disabled nova-compute gets no new servers, and keeps those that it has. `absent` forgets one that was stopped for good.'),
  disabled_reason: arg.str().optional().describe('Why, for whoever lists the services.'),
})

type Args = z.output<typeof schema>

interface State {
  readonly api: Api
  readonly service: Found
}

export default defineModule<Args, State>({
  name: 'nova_service',
  summary: 'Enable, disable and forget services of OpenStack Compute.',
  description:
    'Services enter themselves when they start, so none is made here: wait for one with nova_service_info. Nova refuses to forget a nova-compute that still has servers; with it go its place in a cell and its resources in Placement.',
  args: schema,
  aliases: serviceAliases,
  returns: z.object({
    service: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('binary, host, state (up, down), status (enabled, disabled) … as it was found.'),
  }),
  examples: [
    {
      name: 'A compute host that is to be mended gets no new servers',
      yaml: 'nova_service:\n  host: compute\n  state: disabled\n  disabled_reason: a new disk\n  auth: {auth_url: "http://controller:5000/v3", username: admin, password: "{{ keystone_admin_password }}", project_name: admin}\n',
      lab: false,
    },
    {
      name: 'One that has left',
      yaml: 'nova_service:\n  host: old\n  state: absent\n  auth: {auth_url: "http://controller:5000/v3", username: admin, password: "{{ keystone_admin_password }}", project_name: admin}\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    const api = await openNova(host, args, context)
    if (api instanceof Failure) return api
    const query = `binary=${encodeURIComponent(args.binary)}&host=${encodeURIComponent(args.host)}`
    const read = async () => (await listAll(api, `/os-services?${query}`, 'services'))[0]
    const service = await reading(() => findBy(api, thingOf(args), read))
    if (service instanceof Failure) return service
    if (host.predicted && !service.exists && args.state !== 'absent')
      throw new UnknownState(`${args.binary} of ${args.host} has still to start`)
    return { api, service }
  },
  plan({ api, service }, args): readonly Change[] | Failure {
    if (args.state === 'absent') return service.exists ? [removal(api, thingOf(args), service.id ?? '')] : []
    if (!service.exists)
      return fail(`there is no ${args.binary} on ${args.host}`, { hint: 'it enters itself when it starts: look at its log there' })
    return isWanted(service, args) ? [] : [change(api, service, args)]
  },
  result: ({ service }) => (service.exists ? { service: service.data } : {}),
})

function thingOf(args: Args) {
  return {
    kind: 'nova_service',
    keys: [`${args.binary} ${args.host}`],
    path: '/os-services',
    label: `${args.binary} of ${args.host}`,
  }
}

/** A reason that nobody gives stays as it is. */
function isWanted({ data }: Found & { readonly exists: true }, { state, disabled_reason: reason }: Args): boolean {
  return data['status'] === state && (state === 'enabled' || reason === undefined || data['disabled_reason'] === reason)
}

function change(api: Api, service: Found & { readonly exists: true }, args: Args): Change {
  const { state, disabled_reason: reason } = args
  const json = { status: state, ...(state === 'disabled' && reason !== undefined ? { disabled_reason: reason } : {}) }
  const what = `${state === 'enabled' ? 'enable' : 'disable'} ${thingOf(args).label}`
  const action = send(api, { method: 'PUT', path: ['/os-services/', service.id ?? ''], json, purpose: what })
  const after = { ...service, data: { ...service.data, disabled_reason: null, ...json } }
  return { what, actions: [action], effects: effectsOf(thingOf(args), after) }
}
