import type { Failure, ModuleContext, ReadOnlyHost } from '../runner/module/index.ts'
import { type Api, openService } from './_openstack.ts'
import type { ServiceArguments } from './_openstack-auth.ts'
import type { Found } from './_openstack-believed.ts'
import { findBy, getRow, looksLikeId } from './_openstack-find.ts'
import { type Owner, ownedKeys } from './_openstack-project.ts'
import { listAll, type Row } from './_openstack-request.ts'
import { Refused } from './_openstack-session.ts'

/** Of Rocky: extra specs and descriptions in flavors, descriptions of servers. */
const MICROVERSION = '2.61'

export function openNova(
  host: ReadOnlyHost,
  args: ServiceArguments,
  context: ModuleContext,
  version = MICROVERSION,
): Promise<Api | Failure> {
  const headers = { 'OpenStack-API-Version': `compute ${version}`, 'X-OpenStack-Nova-API-Version': version }
  return openService(host, args, context, { service: 'compute', headers })
}

/** A server of the login's project by name or id. */
export function findServer(api: Api, nameOrId: string): Promise<Found> {
  return findBy(api, { kind: 'nova_server', keys: serverKeys(api, nameOrId) }, async () => {
    const byId = looksLikeId(nameOrId) ? await getRow(api, `/servers/${nameOrId}`, 'server') : undefined
    const server = byId ?? (await oneNamed(api, nameOrId))
    // A list does not tell why a server is broken
    return server?.['status'] === 'ERROR' ? getRow(api, `/servers/${String(server['id'])}`, 'server') : server
  })
}

/** The API takes a name for a regular expression. */
async function oneNamed(api: Api, name: string): Promise<Row | undefined> {
  const pattern = `^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`
  const rows = await listAll(api, `/servers/detail?name=${encodeURIComponent(pattern)}`, 'servers')
  const ids = rows.map((row) => String(row['id'])).join(', ')
  if (rows.length > 1) throw new Refused(`there are ${String(rows.length)} servers called ${name}`, `give the id of one: ${ids}`)
  return rows[0]
}

export function serverKeys(api: Api, nameOrId: string): readonly string[] {
  return ownedKeys(loginOwner(api), nameOrId)
}

export function loginOwner(api: Api): Owner {
  return { name: api.auth.project, id: undefined }
}

/** Flavors can only be listed; `is_public=None` has those of all projects where the user may see them. */
export function findFlavor(api: Api, nameOrId: string): Promise<Found> {
  return findBy(api, { kind: 'nova_flavor', keys: [nameOrId] }, async () => {
    const rows = await listAll(api, '/flavors/detail?is_public=None', 'flavors')
    return rows.find(({ name }) => name === nameOrId) ?? rows.find(({ id }) => id === nameOrId)
  })
}
