import { setTimeout as sleep } from 'node:timers/promises'
import type { HttpRequest, HttpResponse } from '../host/host.ts'
import type { HttpAction, HttpRetry, Outcome } from '../module/change.ts'
import { isHostBody, sendFromHost } from './_apply-host-body.ts'
import { parseJson, resolveRequest } from './_request-refs.ts'
import type { ApplyTarget } from './apply.ts'

/** Sends a request whose gaps earlier outcomes fill, from the managed host's side of the network. */
export async function applyHttp(action: HttpAction, earlier: readonly Outcome[], target: ApplyTarget): Promise<Outcome> {
  const start = Date.now()
  const ask = exchangeFor(action, earlier, target)
  let response = await ask()
  for (let turn = 0; turn < (action.retry?.times ?? 0) && passes(action.retry, response); turn += 1) {
    await pause(action.retry?.interval ?? 0, target)
    response = await ask()
  }
  const ok = action.okStatus?.includes(response.status) ?? isSuccess(response.status)
  return outcomeOf(response, { id: action.id, ok, stderr: response.error ?? '', start, timedOut: false })
}

function exchangeFor({ request }: HttpAction, earlier: readonly Outcome[], target: ApplyTarget): () => Promise<HttpResponse> {
  const { body, ...rest } = request
  if (isHostBody(body)) {
    const whole = resolveRequest(rest, earlier)
    return () => sendFromHost(whole, body, target)
  }
  const whole = resolveRequest({ ...rest, body }, earlier)
  return () => exchange(whole, target)
}

export async function exchange(request: HttpRequest, target: ApplyTarget): Promise<HttpResponse> {
  const response = await target.httpOver(await target.connection(), request, target.signal)
  target.signal.throwIfAborted()
  return response
}

/** The end of the run is thrown as what it is. */
export async function pause(milliseconds: number, { signal }: ApplyTarget): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal })
  } finally {
    signal.throwIfAborted()
  }
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

export function outcomeOf(response: HttpResponse, verdict: Pick<Outcome, 'id' | 'ok' | 'stderr' | 'start' | 'timedOut'>): Outcome {
  const text = response.body.toString('utf8')
  const { status, headers, url } = response
  const http = { status, headers, url, text, body: jsonBody(response, text) }
  return { ...verdict, rc: verdict.ok ? 0 : 1, stdout: text, http, end: Date.now() }
}

function passes(retry: HttpRetry | undefined, response: HttpResponse): boolean {
  return retry?.status.includes(response.status) === true && new RegExp(retry.text).test(response.body.toString('utf8'))
}

function jsonBody(response: HttpResponse, text: string): unknown {
  return text !== '' && /json/i.test(response.headers['content-type'] ?? 'json') ? parseJson(text) : undefined
}
