import { type Change, type Effect, type Failure, fail, resource } from '../runner/module/index.ts'
import type { Api } from './_openstack.ts'
import type { Found } from './_openstack-believed.ts'
import { find } from './_openstack-find.ts'
import { getJson } from './_openstack-request.ts'
import { changesOf, type Thing } from './_openstack-resource.ts'

/** Belief that the API is set up by this very run: what its effects do not name is not there. */
export const FRESH_CLOUD: Effect = resource('keystone_cloud', 'cloud', 'fresh', 'run')

/** A thing of the Identity API, whose name says the rest. */
export type KeystoneThing = Omit<Thing, 'kind' | 'path' | 'noun'> & {
  readonly noun: 'project' | 'user' | 'group' | 'domain' | 'role' | 'service' | 'endpoint'
}

export function planKeystone(api: Api, found: Found, thing: KeystoneThing, state: 'present' | 'absent'): readonly Change[] {
  return changesOf(api, found, { ...thing, kind: `keystone_${thing.noun}`, path: `/${thing.noun}s` }, state)
}

/** The id of a domain given by name or id; undefined where there is none. */
export async function domainId(api: Api, domain: string): Promise<string | undefined> {
  if (domain.toLowerCase() === 'default') return 'default'
  const found = await find(api, 'keystone_domain', domain, `/domains?name=${encodeURIComponent(domain)}`)
  if (found.exists) return found.id ?? domain
  if (api.fresh) return undefined
  return (await getJson(api, `/domains/${encodeURIComponent(domain)}`)) === undefined ? undefined : domain
}

/** The domain that a thing is in, by its id. What is to be absent is not in a domain that is not there. */
export async function needDomain(
  api: Api,
  { domain, state }: { readonly domain: string; readonly state: 'present' | 'absent' },
): Promise<string | Failure> {
  const id = (await domainId(api, domain)) ?? (state === 'absent' ? domain : undefined)
  return id ?? fail(`there is no domain ${domain}`, { hint: 'create it with keystone_domain first' })
}

/** The part of a key that names a domain: its id and name `default` are one. */
export function scopedKey(domain: string, name: string): string {
  return `${domain.toLowerCase() === 'default' ? 'default' : domain}/${name}`
}
