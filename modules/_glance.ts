import { type DigestAlgorithm, Failure, fail, type ModuleContext, type ReadOnlyHost, z } from '../runner/module/index.ts'
import { givenDigest, type ImageArgs } from './_glance-args.ts'
import { type Api, openIdentity } from './_openstack.ts'
import { ABSENT, believedAmong, type Found } from './_openstack-believed.ts'
import { type Content, readContent, requireCurl } from './_openstack-content.ts'
import { find, foundOf, looksLikeId } from './_openstack-find.ts'
import { getJson, listAll } from './_openstack-request.ts'
import { Refused } from './_openstack-session.ts'

const record = z.record(z.string(), z.unknown())

/** An image by its id, or by its name. @throws Refused where several have the name */
export async function findImage(api: Api, nameOrId: string, query = ''): Promise<Found> {
  const belief = await believedAmong<Found>(api.host, 'glance_image', [nameOrId])
  if (belief !== undefined) return belief
  if (api.fresh) return ABSENT
  const word = encodeURIComponent(nameOrId)
  if (looksLikeId(nameOrId)) {
    const byId = record.safeParse(await getJson(api, `/images/${word}`))
    if (byId.success) return foundOf(byId.data)
  }
  const rows = await listAll(api, `/images?name=${word}${query}`, 'images')
  const [first, second] = rows
  if (first === undefined || second === undefined) return first === undefined ? ABSENT : foundOf(first)
  const ids = rows.map((row) => String(row['id'])).join(', ')
  throw new Refused(`there are ${String(rows.length)} images with the name ${nameOrId}`, `give the id of one: ${ids}`)
}

/** The project that is to own the image. */
export async function findOwner(host: ReadOnlyHost, args: ImageArgs, context: ModuleContext): Promise<string | Failure | undefined> {
  const { owner } = args
  if (owner === undefined) return undefined
  if (looksLikeId(owner)) return owner
  const api = await openIdentity(host, args, context)
  if (api instanceof Failure) return api
  const domain = args.owner_domain.toLowerCase() === 'default' ? 'default' : args.owner_domain
  const path = `/projects?name=${encodeURIComponent(owner)}&domain_id=${encodeURIComponent(domain)}`
  const project = await find(api, 'keystone_project', `${domain}/${owner}`, path)
  return project.exists ? (project.id ?? '') : fail(`there is no project ${owner}`, { hint: 'create it with keystone_project first' })
}

/** The bytes of the task, from wherever they come. */
export async function readImage(host: ReadOnlyHost, args: ImageArgs, context: ModuleContext): Promise<Content | Failure | undefined> {
  if (args.url === undefined) return readContent(host, args, context)
  const missing = await requireCurl(host)
  if (missing !== undefined) return missing
  const given = args.checksum === undefined ? undefined : givenDigest(args.checksum)
  return {
    body: { download: args.url, digest: given },
    from: args.url,
    size: undefined,
    digest: (algorithm) => Promise.resolve(given?.algorithm === algorithm ? given.hex : undefined),
  }
}

/** What the API knows of the bytes of an image. */
export function knownDigest(data: Readonly<Record<string, unknown>>, algorithm: DigestAlgorithm): string | undefined {
  const text = (key: string): string | undefined => (typeof data[key] === 'string' ? data[key] : undefined)
  if (algorithm === 'md5') return text('checksum')
  return text('os_hash_algo') === algorithm ? text('os_hash_value') : undefined
}

export type Bytes = 'same' | 'other' | 'untold'

/** Whether an image has the wanted bytes. An address without a checksum does not tell: what is there is kept. */
export async function compareBytes(data: Readonly<Record<string, unknown>>, content: Content, args: ImageArgs): Promise<Bytes> {
  const given = args.checksum === undefined ? undefined : givenDigest(args.checksum)
  const known = given === undefined ? undefined : knownDigest(data, given.algorithm)
  if (given !== undefined && known !== undefined && known !== given.hex) return 'other'
  const algorithm = DIGESTS.find((each) => knownDigest(data, each) !== undefined)
  const wanted = algorithm === undefined ? undefined : await content.digest(algorithm)
  if (algorithm === undefined || wanted === undefined) return known === undefined ? 'untold' : 'same'
  return wanted === knownDigest(data, algorithm) ? 'same' : 'other'
}

const DIGESTS: readonly DigestAlgorithm[] = ['sha512', 'sha384', 'sha256', 'sha1', 'md5']
