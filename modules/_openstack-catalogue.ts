import { type Failure, fail } from '../runner/module/index.ts'
import type { ServiceArguments } from './_openstack-auth.ts'
import type { CatalogueEntry, Session } from './_openstack-session.ts'

export type ServiceName = keyof typeof SERVICES

/** Types that a catalogue may call a service by, its name for a person, and where its API is below an address without a version. */
export const SERVICES = {
  identity: { types: ['identity'], title: 'Keystone', version: '' },
  compute: { types: ['compute'], title: 'Nova', version: '/v2.1' },
  network: { types: ['network'], title: 'Neutron', version: '/v2.0' },
  image: { types: ['image'], title: 'Glance', version: '/v2' },
  volume: { types: ['volumev3', 'block-storage', 'block-store', 'volume'], title: 'Cinder', version: '/v3/PROJECT' },
  'object-store': { types: ['object-store'], title: 'Swift', version: '' },
  placement: { types: ['placement'], title: 'Placement', version: '' },
} as const satisfies Readonly<Record<string, { readonly types: readonly string[]; readonly title: string; readonly version: string }>>

/** Where the catalogue says that a service is. One that was registered after the login is found by a second login. */
export async function endpointOf(
  session: Session,
  args: Pick<ServiceArguments, 'region_name' | 'interface'>,
  service: ServiceName,
): Promise<string | Failure> {
  const known = await session.catalogue()
  const found = urlIn(known, args, service)
  if (found !== undefined || !session.renewable) return found ?? notThere(known, args, service)
  await session.renew()
  const now = await session.catalogue()
  return urlIn(now, args, service) ?? notThere(now, args, service)
}

/** The address that paths of the API are below. */
export function rootOf(endpoint: string, service: ServiceName, project: string | undefined): string {
  const url = endpoint.replace(/\/+$/, '')
  return /\/v\d/.test(new URL(url).pathname) ? url : `${url}${SERVICES[service].version.replace('PROJECT', project ?? '')}`
}

function urlIn(
  catalogue: readonly CatalogueEntry[] | undefined,
  args: Pick<ServiceArguments, 'region_name' | 'interface'>,
  service: ServiceName,
): string | undefined {
  const types: readonly string[] = SERVICES[service].types
  const entries = types.flatMap((type) => (catalogue ?? []).filter((entry) => entry.type === type))
  const endpoints = entries.flatMap((entry) => entry.endpoints).filter((endpoint) => endpoint.interface === args.interface)
  return endpoints.find(({ region, region_id: id }) => args.region_name === undefined || [region, id].includes(args.region_name))?.url
}

function notThere(
  catalogue: readonly CatalogueEntry[] | undefined,
  args: Pick<ServiceArguments, 'region_name' | 'interface'>,
  service: ServiceName,
): Failure {
  const { title, types } = SERVICES[service]
  if (catalogue === undefined)
    return fail('the login is for no project, so it has no catalogue', { hint: 'give login_project_name, or auth: {project_name: …}' })
  const there = [...new Set(catalogue.map((entry) => entry.type))].sort()
  const where = args.region_name === undefined ? '' : ` in region ${args.region_name}`
  return fail(`the catalogue has no ${args.interface} endpoint of ${types[0]} (${title})${where}`, {
    hint:
      there.length === 0
        ? 'it is empty: register the service with keystone_service and keystone_endpoint'
        : `it has ${there.join(', ')}; register the service with keystone_service and keystone_endpoint, or give endpoint`,
  })
}
