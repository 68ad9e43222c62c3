import { posix } from 'node:path'
import {
  Failure,
  type FileState,
  type HttpRequest,
  type HttpResponse,
  type ReadOnlyHost,
  Secret,
  UnknownState,
} from '../runner/module/index.ts'
import { isStat, readIdentity, readOwners } from './_attributes.ts'
import { basicAuthorization } from './_basic-auth.ts'
import { revealed } from './_bytes.ts'
import { type Checksum, digestProbe, readChecksum } from './_checksum.ts'
import { expandPath } from './_expand.ts'
import type { GetUrlArgs } from './_get-url-args.ts'
import { missingParent, resolveLinks, type Target } from './_target.ts'

/** The place and what is there, and as much of the server's answer as was asked for. */
export interface Download {
  readonly target: Target
  readonly checksum: Checksum | undefined
  /** The file has the wanted checksum. Undefined where none is wanted or there is no file. */
  readonly proved: boolean | undefined
  /** To a HEAD request, in check mode. */
  readonly answer: HttpResponse | undefined
  readonly request: Omit<HttpRequest, 'method'>
}

export async function readDownload(host: ReadOnlyHost, task: GetUrlArgs): Promise<Download | Failure> {
  const request = requestOf(task)
  const at = await placeOf(host, task, request)
  const checksum = task.checksum === '' ? undefined : await readChecksum(host, task.checksum, { name: urlName(request.url), request })
  if (checksum instanceof Failure) return checksum
  const [parent, names, me, sum] = await Promise.all([
    at.file.type === 'absent' ? host.file(posix.dirname(at.path), { follow: true }) : undefined,
    readOwners(host, task, at.file),
    at.file.type === 'absent' ? readIdentity(host) : undefined,
    checksum === undefined || checksum.algorithm === 'sha256' || !isStat(at.file)
      ? undefined
      : host.probe(digestProbe(at.path, checksum.algorithm)),
  ])
  if (names instanceof Failure) return names
  const target: Target = { path: at.path, file: at.file, owners: { ...names, me }, parent }
  const known = checksum?.algorithm === 'sha256' && isStat(at.file) ? at.file.sha256 : sum
  const proved = checksum === undefined || known === undefined || known === '' ? undefined : known === checksum.value
  const base = { target, checksum, proved, request }
  const orphan = missingParent(target)
  if (orphan !== undefined) return orphan
  const settled = proved === true && !task.force
  return { ...base, answer: host.predicted && !settled ? await foreseen(host, request, at.file, task) : undefined }
}

async function placeOf(host: ReadOnlyHost, task: GetUrlArgs, request: Download['request']): Promise<Pick<Target, 'path' | 'file'>> {
  const dest = await expandPath(host, task.dest)
  const want = { sha256: task.checksum !== '' }
  const first = await host.file(dest.replace(/(?<=.)\/+$/, ''), want)
  const at = await resolveLinks(host, dest, first, want)
  if (at.file.type !== 'directory' && !dest.endsWith('/')) return at
  const path = posix.join(at.path, await serverName(host, request))
  return resolveLinks(host, path, await host.file(path, want), want)
}

/** The name that the server gives the file, else that in the URL that the file is really at. */
async function serverName(host: ReadOnlyHost, request: Download['request']): Promise<string> {
  const answer = await host.http({ ...request, method: 'HEAD', followRedirects: 'all' })
  const given = /filename\*?=(?:UTF-8''|")?([^";]+)/i.exec(answer.headers['content-disposition'] ?? '')?.[1]?.trim() ?? ''
  const name = given.replace(/^.*[/\\]/, '')
  return name === '' || name === '.' || name === '..' ? urlName(answer.status === 0 ? request.url : answer.url) : name
}

/** The last part of a URL's path; never one that leads elsewhere. */
export function urlName(url: string): string {
  const name = safeDecode(posix.basename(new URL(url).pathname)).replace(/^.*\//, '')
  return name === '' || name === '.' || name === '..' ? 'index.html' : name
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Check mode asks for everything but the file. */
async function foreseen(host: ReadOnlyHost, request: Download['request'], file: FileState, task: GetUrlArgs): Promise<HttpResponse> {
  const headers = { ...request.headers, ...(isStat(file) && !task.force ? modifiedSince(file.mtime) : {}) }
  const answer = await host.http({ ...request, headers, method: 'HEAD', followRedirects: 'all' })
  const ok = answer.status === 304 || answer.status === 405 || answer.status === 501 || (answer.status >= 200 && answer.status < 300)
  if (ok) return answer
  throw new UnknownState(`${answer.url} does not answer as it should yet: ${answer.error ?? `HTTP ${String(answer.status)}`}`)
}

/** The server need not send what is not newer. */
export function modifiedSince(seconds: number): Readonly<Record<string, string>> {
  return { 'If-Modified-Since': new Date(Math.floor(seconds) * 1000).toUTCString() }
}

function requestOf(task: GetUrlArgs): Download['request'] {
  const kept = new Set(task.unredirected_headers.map((name) => name.toLowerCase()))
  const given = Object.entries(task.headers).map(([name, value]) => [name, kept.has(name.toLowerCase()) ? secretOf(value) : value] as const)
  const authorization = basicAuthorization(task.url_username, task.url_password)
  return {
    url: revealed(task.url),
    headers: {
      'User-Agent': task.http_agent,
      ...(authorization === undefined ? {} : { Authorization: authorization }),
      ...Object.fromEntries(given),
    },
    timeout: task.timeout * 1000,
    validateCerts: task.validate_certs,
  }
}

/** Another server does not get headers that are secrets. */
function secretOf(value: string | Secret): Secret {
  return value instanceof Secret ? value : new Secret(value)
}
