import type { Failure, ModuleContext, ReadOnlyHost } from '../runner/module/index.ts'
import { type Api, openService } from './_openstack.ts'
import type { ServiceArguments } from './_openstack-auth.ts'
import { ABSENT, believedAmong, type Found } from './_openstack-believed.ts'
import { findById, foundOf, looksLikeId } from './_openstack-find.ts'
import { listAll } from './_openstack-request.ts'
import { Refused } from './_openstack-session.ts'

export function openCinder(host: ReadOnlyHost, args: ServiceArguments, context: ModuleContext): Promise<Api | Failure> {
  return openService(host, args, context, { service: 'volume' })
}

/** Volumes belong to the project of the login. */
export function volumeKeys(api: Api, volume: string): readonly string[] {
  return looksLikeId(volume) ? [volume] : [`${api.auth.project}/${volume}`]
}

/** A volume by name or id, with all its fields. @throws Refused where several have the name */
export async function findVolume(api: Api, volume: string): Promise<Found> {
  const kind = 'cinder_volume'
  const keys = volumeKeys(api, volume)
  if (looksLikeId(volume)) {
    const byId = await findById(api, { kind, keys, noun: 'volume', path: `/volumes/${volume}` })
    if (byId.exists) return byId
  }
  const belief = await believedAmong<Found>(api.host, kind, keys)
  if (belief !== undefined) return belief
  if (api.fresh) return ABSENT
  const rows = await listAll(api, `/volumes/detail?name=${encodeURIComponent(volume)}`, 'volumes')
  return only(rows.map(foundOf), `volumes named ${volume}`)
}

/** A volume type by name or id, private ones too; the API has no search by name. */
export async function findType(api: Api, type: string): Promise<Found> {
  const belief = await believedAmong<Found>(api.host, 'cinder_type', [type])
  if (belief !== undefined) return belief
  if (api.fresh) return ABSENT
  const rows = await listAll(api, '/types?is_public=None', 'volume_types')
  return only(rows.filter(({ name, id }) => name === type || id === type).map(foundOf), `volume types named ${type}`)
}

function only(found: readonly Found[], what: string): Found {
  const [first, second] = found
  if (second === undefined) return first ?? ABSENT
  const ids = found.map((one) => (one.exists ? one.id : '')).join(', ')
  throw new Refused(`there are ${String(found.length)} ${what}`, `give the id of one: ${ids}`)
}
