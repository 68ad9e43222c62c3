import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { messageOf, RunnerError } from '../base/error.ts'
import { Secret } from '../base/value.ts'
import { agentFor } from './_http-agent.ts'
import { type HttpBody, openBody } from './_http-body.ts'
import { Deadline } from './_http-deadline.ts'
import type { HttpRequest, HttpResponse, TakeBody } from './host.ts'
import type { Connection } from './session.ts'

const DEFAULT_TIMEOUT = 30_000
const MOST_REDIRECTS = 10

/**
 * An HTTP request from the managed host's side of the network. Where nothing answers the status is 0 and `error` says why. With
 * `take` the body of the final answer goes there as it comes, and the timeout is for the time between two pieces of it.
 */
export async function httpOver(connection: Connection, request: HttpRequest, signal: AbortSignal, take?: TakeBody): Promise<HttpResponse> {
  const limit = new Deadline(request.timeout ?? DEFAULT_TIMEOUT)
  const until = AbortSignal.any([signal, limit.signal])
  let turn = request
  try {
    for (let count = 0; ; count += 1) {
      const { outgoing, message } = await send(connection, { ...turn, body: await openBody(turn.body) }, until)
      const head = headOf(message, turn.url)
      const next = count < MOST_REDIRECTS ? redirected(turn, head) : undefined
      const body = next === undefined && take !== undefined ? await take(head, limit.extended(message)) : await buffer(message)
      // The answer came before all of the body was sent, or nobody wanted it: nothing else can go over this stream
      if (!outgoing.writableEnded || !message.readableEnded) outgoing.destroy()
      if (next === undefined) return { ...head, body }
      turn = next
    }
  } catch (error) {
    signal.throwIfAborted()
    if (connection.lost || error instanceof RunnerError) throw error
    const reason = limit.signal.aborted ? limit.reason : reasonOf(error)
    return { status: 0, headers: {}, body: Buffer.alloc(0), url: turn.url, error: reason }
  } finally {
    limit.end()
  }
}

type Head = Omit<HttpResponse, 'body' | 'error'>

function headOf(message: IncomingMessage, url: string): Head {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(message.headers)) headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '')
  return { status: message.statusCode ?? 0, headers, url }
}

type Ready = Omit<HttpRequest, 'body'> & { readonly body: HttpBody | undefined }

interface Exchange {
  readonly outgoing: ClientRequest
  readonly message: IncomingMessage
}

function send(connection: Connection, request: Ready, signal: AbortSignal): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const url = new URL(request.url)
    const keep = REPEATABLE.has(request.method)
    const agent = agentFor(connection, { tls: url.protocol === 'https:', validateCerts: request.validateCerts ?? true, keep })
    const headers: Record<string, string> = {}
    for (const [name, value] of Object.entries(request.headers ?? {})) headers[name] = textOf(value)
    if (request.body !== undefined) headers['content-length'] = String(request.body.length)
    const { method, body } = request
    const outgoing = httpRequest({
      protocol: url.protocol,
      host: hostOf(url),
      port: portOf(url),
      path: `${url.pathname}${url.search}`,
      method,
      headers,
      agent,
      signal,
      ...credentials(url),
    })
    outgoing.once('response', (message) => {
      resolve({ outgoing, message })
    })
    outgoing.once('error', (error) => {
      if (outgoing.reusedSocket && isStale(error)) send(connection, request, signal).then(resolve, reject)
      else reject(error)
    })
    if (body === undefined) outgoing.end()
    else body.send(outgoing)
  })
}

/**
 * A kept stream may have been closed by the server just before it saw the request. Only what is idempotent may then be sent
 * again, so that nothing else goes over a kept stream.
 */
const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

function isStale(error: Error): boolean {
  return 'code' in error && error.code === 'ECONNRESET' && error.message === 'socket hang up'
}

const SAFE = new Set(['GET', 'HEAD'])

function redirected(request: HttpRequest, response: Head): HttpRequest | undefined {
  const location = response.headers['location']
  const follow = request.followRedirects ?? 'safe'
  if (location === undefined || ![301, 302, 303, 307, 308].includes(response.status)) return undefined
  if (follow === 'none' || (follow === 'safe' && !SAFE.has(request.method))) return undefined
  const target = new URL(location, request.url)
  const headers = target.origin === new URL(request.url).origin ? request.headers : withoutCredentials(request.headers)
  const keeps = [307, 308].includes(response.status) || SAFE.has(request.method)
  return keeps ? { ...request, url: target.href, headers } : { ...request, body: undefined, method: 'GET', url: target.href, headers }
}

/** Another origin must not get what was meant for the first. */
function withoutCredentials(headers: HttpRequest['headers']): HttpRequest['headers'] {
  const kept = Object.entries(headers ?? {}).filter(
    ([name, value]) => !(value instanceof Secret) && !/^(authorization|cookie|x-auth-token|x-subject-token)$/i.test(name),
  )
  return Object.fromEntries(kept)
}

function reasonOf(error: unknown): string {
  const text = messageOf(error)
  if (error instanceof Error && 'code' in error && typeof error.code === 'string')
    return text.includes(error.code) ? text : `${error.code}: ${text}`
  return text
}

function textOf(value: string | Secret): string {
  return value instanceof Secret ? value.reveal() : value
}

function credentials(url: URL): { auth?: string } {
  return url.username === '' ? {} : { auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` }
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '')
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port)
  return url.protocol === 'https:' ? 443 : 80
}
