import { httpReason } from '../base/http-reason.ts'
import type { HttpResponse } from '../host/host.ts'
import type { HttpField, HttpPollAction, Outcome } from '../module/change.ts'
import { exchange, isSuccess, outcomeOf, pause } from './_apply-http.ts'
import { parseJson, resolveRequest, walk } from './_request-refs.ts'
import type { ApplyTarget } from './apply.ts'

/** Whether the wait is over, and what there is to say of it. */
type Verdict = { readonly kind: 'done' } | { readonly kind: 'again' | 'failed'; readonly reason: string }

/** Asks until the answer is the wanted one, one that will not change, or the time is over. */
export async function applyHttpPoll(action: HttpPollAction, earlier: readonly Outcome[], target: ApplyTarget): Promise<Outcome> {
  const start = Date.now()
  const request = resolveRequest(action.request, earlier)
  for (;;) {
    const response = await exchange(request, target)
    const verdict = judge(action, response)
    const over = Date.now() + action.interval > start + action.timeout
    if (verdict.kind !== 'again' || over) {
      const stderr = verdict.kind === 'done' ? '' : verdict.reason
      return outcomeOf(response, { id: action.id, ok: verdict.kind === 'done', stderr, start, timedOut: verdict.kind === 'again' })
    }
    await pause(action.interval, target)
  }
}

function judge(action: HttpPollAction, response: HttpResponse): Verdict {
  const { status } = response
  const text = response.body.toString('utf8')
  if (status === 404 && action.until === 'gone') return { kind: 'done' }
  if (status === 0) return { kind: 'again', reason: response.error ?? 'no answer' }
  if (!isSuccess(status)) return { kind: status >= 500 ? 'again' : 'failed', reason: `HTTP ${String(status)}: ${httpReason(text)}` }
  const body = parseJson(text)
  if (action.until !== 'gone' && holds(body, action.until)) return { kind: 'done' }
  const field = action.until === 'gone' ? action.fails : action.until
  const state =
    field === undefined ? 'it is still there' : `${String(field.path.at(-1) ?? 'the answer')} is ${shown(walk(body, field.path))}`
  if (action.fails === undefined || !holds(body, action.fails)) return { kind: 'again', reason: state }
  const why = action.why === undefined ? undefined : walk(body, action.why)
  return { kind: 'failed', reason: typeof why === 'string' && why !== '' ? `${state}: ${why}` : state }
}

function holds(body: unknown, field: HttpField): boolean {
  const value = walk(body, field.path)
  return field.values.some(
    (wanted) => wanted === value || (typeof wanted === 'string' && wanted.toLowerCase() === shown(value).toLowerCase()),
  )
}

function shown(value: unknown): string {
  return value === undefined ? 'not there' : typeof value === 'string' ? value : JSON.stringify(value)
}
