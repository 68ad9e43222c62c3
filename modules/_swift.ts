import type { Failure, HttpResponse, ModuleContext, ReadOnlyHost } from '../runner/module/index.ts'
import { type Api, openService } from './_openstack.ts'
import type { ServiceArguments } from './_openstack-auth.ts'
import { believed } from './_openstack-believed.ts'
import { ask, refusal } from './_openstack-request.ts'

/** Headers of an account, container or object; undefined where it is not there. */
export type Headers = Readonly<Record<string, string>>

export function openSwift(host: ReadOnlyHost, args: ServiceArguments, context: ModuleContext): Promise<Api | Failure> {
  return openService(host, args, context, { service: 'object-store' })
}

/** `/c1`, `/c1/a%20file`; slashes in an object's name are part of it. */
export function pathOf(container: string, object?: string): string {
  const path = `/${encodeURIComponent(container)}`
  return object === undefined ? path : `${path}/${object.split('/').map(encodeURIComponent).join('/')}`
}

/** What HEAD says of it. @throws Refused */
export async function headersOf(api: Api, kind: 'swift_container' | 'swift_object', path: string): Promise<Headers | undefined> {
  const belief = await believed<{ readonly exists: boolean; readonly headers: Headers }>(api.host, kind, path)
  if (belief !== undefined) return belief.exists ? belief.headers : undefined
  if (api.fresh) return undefined
  const answer: HttpResponse = await ask(api, { method: 'HEAD', path })
  if (answer.status === 404) return undefined
  if (answer.status >= 200 && answer.status < 300) return answer.headers
  throw refusal(api, { method: 'HEAD', path }, answer)
}

/** `X-Container-Meta-Book: Quotes` as `{book: Quotes}`; names have no case. */
export function metadataIn(headers: Headers, prefix: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [])),
  )
}

/** Anybody may read the objects and list them. */
export const PUBLIC_ACL = '.r:*,.rlistings'
