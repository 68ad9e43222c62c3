import { z } from '../runner/module/index.ts'
import type { Api } from './_openstack.ts'
import { ABSENT, believedAmong, type Found } from './_openstack-believed.ts'
import { getJson, listAll, type Row } from './_openstack-request.ts'
import { Refused } from './_openstack-session.ts'

/** The only thing of a filtered list: `find(api, 'keystone_role', 'admin', '/roles?name=admin')`. @throws Refused where there are several */
export async function find(api: Api, kind: string, key: string | readonly string[], path: string): Promise<Found> {
  return findBy(api, { kind, keys: typeof key === 'string' ? [key] : key }, () => onlyRow(api, path))
}

export interface Wanted {
  /** `neutron_network`: the kind of its effects. */
  readonly kind: string
  /** What effects may have called it, most exact first. */
  readonly keys: readonly string[]
  /** `/networks` */
  readonly path: string
  /** How one of them is wrapped: `network`; empty where it is not. */
  readonly noun: string
  readonly nameOrId: string
  /** Narrows a search by name: `project_id=…`. */
  readonly query?: string | undefined
}

/** A thing that a user calls by its name or its id. One request in the usual case. @throws Refused where several have the name */
export async function findNamed(api: Api, wanted: Wanted): Promise<Found> {
  return findBy(api, wanted, () => namedRow(api, wanted))
}

async function namedRow(api: Api, wanted: Wanted): Promise<Row | undefined> {
  const word = encodeURIComponent(wanted.nameOrId)
  if (looksLikeId(wanted.nameOrId)) {
    const byId = await getRow(api, `${wanted.path}/${word}`, wanted.noun)
    if (byId !== undefined) return byId
  }
  return onlyRow(api, `${wanted.path}?name=${word}${wanted.query === undefined ? '' : `&${wanted.query}`}`)
}

/** A thing that is read in a way of its own: what was predicted of it comes first. */
export async function findBy(
  api: Api,
  called: { readonly kind: string; readonly keys: readonly string[] },
  read: () => Promise<Row | undefined>,
): Promise<Found> {
  const belief = await believedAmong<Found>(api.host, called.kind, called.keys)
  if (belief !== undefined) return belief
  const row = api.fresh ? undefined : await read()
  return row === undefined ? ABSENT : foundOf(row)
}

/** A thing by its id alone: `path` leads to it. @throws Refused */
export function findById(api: Api, wanted: Pick<Wanted, 'kind' | 'keys' | 'noun' | 'path'>): Promise<Found> {
  return findBy(api, wanted, () => getRow(api, wanted.path, wanted.noun))
}

/** GET of one thing below its path; undefined where there is none. */
export async function getRow(api: Api, path: string, noun: string): Promise<Row | undefined> {
  const found = foundIn(await getJson(api, path), noun)
  return found.exists ? found.data : undefined
}

/** Whether a path answers 204 or 404: grants. */
export async function holds(api: Api, kind: string, key: string, path: string | undefined): Promise<Found> {
  const belief = await believedAmong<Found>(api.host, kind, [key])
  if (belief !== undefined) return belief
  if (api.fresh || path === undefined) return ABSENT
  return (await getJson(api, path)) === undefined ? ABSENT : { exists: true, data: {} }
}

/** A UUID, with or without its dashes. */
export function looksLikeId(text: string): boolean {
  return /^[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}$/i.test(text)
}

export function foundOf(row: Row): Found {
  const { id } = row
  return { exists: true, id: typeof id === 'string' ? id : undefined, data: row }
}

const record = z.record(z.string(), z.unknown())

function foundIn(body: unknown, noun: string): Found {
  const parsed = record.safeParse(noun === '' ? body : record.safeParse(body).data?.[noun])
  return parsed.success ? foundOf(parsed.data) : ABSENT
}

/** The one row of a filtered list. @throws Refused where there are several */
export async function onlyRow(api: Api, path: string): Promise<Row | undefined> {
  const list = /^\/(?:[^?]*\/)?([a-z_-]+)(?:\?|$)/.exec(path)?.[1] ?? ''
  const rows = await listAll(api, path, list.replaceAll('-', '_'))
  if (rows.length < 2) return rows[0]
  const ids = rows.map((row) => String(row['id'])).join(', ')
  throw new Refused(`there are ${String(rows.length)} ${list} for ${path}`, `give the id of one: ${ids}`)
}
