import type { RunEventOf } from '../base/event.ts'
import { str } from '../template/runtime/text.ts'

/** How a task that waits for its job is told of. */
export function jobText({ state, host, id }: RunEventOf<'job'>): string {
  if (state === 'running') return `ASYNC POLL on ${host}: jid=${id} started=True finished=False`
  return `ASYNC ${state === 'ok' ? 'OK' : 'FAILED'} on ${host}: jid=${id}`
}

/** The host, and where its task was delegated to. */
export function hostLabel({
  host,
  delegate,
  delegateAddress,
}: Pick<RunEventOf<'item-result'>, 'host' | 'delegate' | 'delegateAddress'>): string {
  if (delegate === undefined || delegate === host) return host
  return `${host} -> ${delegate}${delegateAddress === undefined || delegateAddress === delegate ? '' : `(${delegateAddress})`}`
}

/** What a loop's item is called. */
export function itemText({ label, result }: RunEventOf<'item-result'>): string {
  return result.censored === true ? '(censored due to no_log)' : str(label)
}
