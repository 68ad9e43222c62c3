import { Failure, fail, type HttpRequest, type ModuleContext, type ReadOnlyHost, Secret } from '../runner/module/index.ts'
import { basicAuthorization } from './_basic-auth.ts'
import { revealed } from './_bytes.ts'
import { expandPath } from './_expand.ts'
import { holdsSecret, pythonJson } from './_json.ts'
import { localBytes } from './_local-bytes.ts'
import type { UriArgs } from './_uri-args.ts'

const CONTENT_TYPES = { raw: undefined, json: 'application/json', 'form-urlencoded': 'application/x-www-form-urlencoded' } as const

/** A body larger than this is refused. */
const MAX_BODY = 64 * 1024 * 1024

/** The request that the arguments describe. */
export async function requestOf(host: ReadOnlyHost, task: UriArgs, context: ModuleContext): Promise<HttpRequest | Failure> {
  const body = task.src === undefined ? textBody(task) : await fileBody(host, { task, src: task.src, context })
  if (body instanceof Failure) return body
  return {
    method: task.method,
    url: revealed(task.url),
    headers: headersOf(task, body !== undefined),
    ...(body === undefined ? {} : { body }),
    timeout: task.timeout * 1000,
    followRedirects: task.follow_redirects,
    validateCerts: task.validate_certs,
  }
}

function headersOf(task: UriArgs, hasBody: boolean): Readonly<Record<string, string | Secret>> {
  const type = hasBody ? CONTENT_TYPES[task.body_format] : undefined
  const given = new Set(Object.keys(task.headers).map((name) => name.toLowerCase()))
  const usual: readonly (readonly [string, string | Secret | undefined])[] = [
    ['User-Agent', task.http_agent],
    ['Cache-Control', task.force ? 'no-cache' : undefined],
    ['Content-Type', type],
    ['Authorization', basicAuthorization(task.url_username, task.url_password)],
  ]
  const own = usual.flatMap(([name, value]) => (value === undefined || given.has(name.toLowerCase()) ? [] : [[name, value] as const]))
  return { ...Object.fromEntries(own), ...task.headers }
}

function textBody(task: UriArgs): string | Secret | Failure | undefined {
  const { body } = task
  if (body === undefined || body === null) return undefined
  const text = bodyText(body, task.body_format)
  return text instanceof Failure || !holdsSecret(body) ? text : new Secret(text)
}

function bodyText(body: unknown, format: UriArgs['body_format']): string | Failure {
  if (typeof body === 'string') return body
  if (body instanceof Secret) return body.reveal()
  return format === 'form-urlencoded' ? formBody(body) : pythonJson(body)
}

/** `{a: 1, b: [2, 3]}` or a list of pairs as `a=1&b=2&b=3`. */
function formBody(body: unknown): string | Failure {
  const pairs = pairsOf(body)
  if (pairs.some((pair) => pair.length !== 2)) return fail('failed to parse body as form_urlencoded: expected a mapping or a list of pairs')
  const form = new URLSearchParams()
  for (const [name, value] of pairs) {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value]
    for (const each of values) form.append(textOf(name), textOf(each))
  }
  return form.toString()
}

function pairsOf(body: unknown): readonly (readonly unknown[])[] {
  if (Array.isArray(body)) return body.map((pair: unknown): readonly unknown[] => (Array.isArray(pair) ? pair : []))
  return typeof body === 'object' && body !== null ? Object.entries(body) : [[]]
}

function textOf(value: unknown): string {
  if (value instanceof Secret) return value.reveal()
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return String(value)
}

async function fileBody(
  host: ReadOnlyHost,
  from: { readonly task: UriArgs; readonly src: string; readonly context: ModuleContext },
): Promise<Buffer | Failure> {
  const { task, src, context } = from
  if (!task.remote_src) return localBytes(context.local, await context.local.find('files', src))
  const path = await expandPath(host, src)
  const file = await host.file(path, { content: MAX_BODY, follow: true })
  if (file.type === 'file' && file.content !== undefined) return file.content
  return fail(`Unable to open source file ${path}: ${file.type === 'absent' ? 'no such file' : 'not a readable file'}`)
}
