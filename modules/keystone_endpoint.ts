import { args as arg, type Change, defineModule, type Failure, fail, resource, z } from '../runner/module/index.ts'
import { type KeystoneThing, planKeystone } from './_keystone.ts'
import { type Api, openIdentity } from './_openstack.ts'
import { authAliases, authArguments } from './_openstack-auth.ts'
import type { Found } from './_openstack-believed.ts'
import { find, holds } from './_openstack-find.ts'
import { readFrom, send } from './_openstack-request.ts'

const FACES = ['public', 'internal', 'admin'] as const
type Face = (typeof FACES)[number]

const endpointArguments = z.strictObject({
  ...authArguments,
  interface: arg.list(z.enum(FACES)).optional().describe('Faces that `url` is for; default: all three.'),
  service: arg.str().describe('Name or type of the service.'),
  url: arg.str().optional().describe('Address of all faces in `interface`; `%(project_id)s` may stand in it.'),
  public_url: arg.str().optional(),
  internal_url: arg.str().optional(),
  admin_url: arg.str().optional(),
  region: arg.str().describe('Id of the region. There is no default: an endpoint in a region that nobody asks for is never found.'),
  enabled: arg.bool().default(true),
  state: z.enum(['present', 'absent']).default('present'),
})

interface EndpointState {
  readonly api: Api
  readonly service: Found
  readonly region: Found
  readonly endpoints: readonly { readonly face: Face; readonly url: string | undefined; readonly found: Found }[]
}

export default defineModule({
  name: 'keystone_endpoint',
  summary: 'Register where a service answers in the catalogue of OpenStack Identity.',
  description:
    'One task may set all faces: `url` for those in `interface`, or public_url, internal_url and admin_url. A region that is missing is made.',
  fqcn: ['openstack.cloud.endpoint', 'openstack.cloud.os_keystone_endpoint', 'os_keystone_endpoint'],
  args: endpointArguments,
  aliases: {
    ...without(authAliases, 'endpoint'),
    service_name: 'service',
    service_type: 'service',
    endpoint_interface: 'interface',
    interfaces: 'interface',
    publicurl: 'public_url',
    internalurl: 'internal_url',
    adminurl: 'admin_url',
    region_id: 'region',
    password: 'login_password',
  },
  returns: z.object({ endpoints: z.record(z.string(), z.string()) }),
  examples: [
    {
      name: 'All faces at one address',
      yaml: 'keystone_endpoint:\n  service: glance\n  url: http://controller:9292\n  region: RegionOne\n  auth_url: http://controller:5000/v3\n  login_user: admin\n  login_password: "{{ keystone_admin_password }}"\n  login_project_name: admin\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    const wanted = urlsOf(args)
    if (wanted.length === 0) return fail('no endpoint is given', { hint: 'give url, or public_url, internal_url and admin_url' })
    return readFrom(openIdentity(host, args, context), (api) => readEndpoints(api, args, wanted))
  },
  plan(state: EndpointState, args): readonly Change[] {
    const changes = state.endpoints.flatMap(({ face, url, found }) =>
      planKeystone(state.api, found, thingOf(args, { face, url }, state.service), args.state).map((change) => named(change, face)),
    )
    return args.state === 'present' && !state.region.exists && changes.length > 0
      ? [createRegion(state.api, args.region), ...changes]
      : changes
  },
  result: (state, args) => ({
    endpoints: Object.fromEntries(args.state === 'absent' ? [] : state.endpoints.map(({ face, url }) => [face, url ?? ''])),
  }),
})

type EndpointArguments = z.output<typeof endpointArguments>

function urlsOf(args: EndpointArguments): readonly { readonly face: Face; readonly url: string | undefined }[] {
  const own = { public: args.public_url, internal: args.internal_url, admin: args.admin_url }
  const shared = args.interface ?? FACES
  return FACES.flatMap((face): readonly { readonly face: Face; readonly url: string | undefined }[] => {
    const url = own[face] ?? (shared.includes(face) ? args.url : undefined)
    return url !== undefined ? [{ face, url }] : args.state === 'absent' && shared.includes(face) ? [{ face, url }] : []
  })
}

async function readEndpoints(
  api: Api,
  args: EndpointArguments,
  wanted: readonly { readonly face: Face; readonly url: string | undefined }[],
): Promise<EndpointState | Failure> {
  const word = encodeURIComponent(args.service)
  const [byName, byType, place] = await Promise.all([
    find(api, 'keystone_service', args.service, `/services?name=${word}`),
    find(api, 'keystone_service', `type ${args.service}`, `/services?type=${word}`),
    regionOf(api, args.region),
  ])
  const service = byName.exists ? byName : byType
  if (!service.exists && args.state === 'present')
    return fail(`there is no service ${args.service} in the catalogue`, { hint: 'register it with keystone_service first' })
  if (!service.exists) return { api, service, region: place, endpoints: [] }
  const base = `/endpoints?region_id=${encodeURIComponent(args.region)}&service_id=${encodeURIComponent(service.id ?? '')}`
  const founds = await Promise.all(
    wanted.map(({ face }) => find(api, 'keystone_endpoint', keyOf(args, service, face), `${base}&interface=${face}`)),
  )
  // Who logged in before does not know of it
  if (founds.some((found, index) => (found.exists ? found.data['url'] : undefined) !== wanted[index]?.url)) api.session.forget()
  return { api, service, region: place, endpoints: wanted.map((one, index) => ({ ...one, found: founds[index] ?? { exists: false } })) }
}

/** A region is looked up by its id, which is its name. */
async function regionOf(api: Api, name: string): Promise<Found> {
  return holds(api, 'keystone_region', name, `/regions/${encodeURIComponent(name)}`)
}

/** By the service's type, which tasks may call by name or type. */
function keyOf(args: EndpointArguments, service: Found, face: Face): string {
  return endpointKey(service.exists ? String(service.data['type']) : args.service, args.region, face)
}

function endpointKey(type: string, region: string, face: string): string {
  return `${type} ${region} ${face}`
}

function thingOf(
  args: EndpointArguments,
  { face, url }: { readonly face: Face; readonly url: string | undefined },
  service: Found,
): KeystoneThing {
  const id = service.exists ? (service.id ?? '') : ''
  return {
    noun: 'endpoint',
    label: `${face} endpoint of ${args.service} in ${args.region}`,
    keys: [keyOf(args, service, face)],
    identity: { service_id: id, interface: face, region_id: args.region },
    wanted: { url, enabled: args.enabled },
  }
}

/** Each face has an outcome of its own. */
function named(change: Change, face: Face): Change {
  return { ...change, actions: change.actions.map((action) => ({ ...action, id: `endpoint ${face}` })) }
}

function createRegion(api: Api, region: string): Change {
  const purpose = `create region ${region}`
  const action = send(api, { id: 'region', method: 'POST', path: ['/regions'], json: { region: { id: region } }, purpose })
  return {
    what: purpose,
    actions: [action],
    effects: [resource('keystone_region', region, { exists: true, id: region, data: { id: region } }, 'run')],
  }
}

function without(aliases: Readonly<Record<string, string>>, name: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(aliases).filter(([alias]) => alias !== name))
}
