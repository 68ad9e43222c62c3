import type { HttpRequest, HttpResponse } from '../host/host.ts'
import type { Connection, Session } from '../host/session.ts'
import type { Action, Change, Outcome } from '../module/change.ts'
import { applyHttp } from './_apply-http.ts'
import { applyHttpPoll } from './_apply-http-poll.ts'
import { messageFor } from './_apply-message.ts'
import { applyPoll } from './_apply-poll.ts'
import { runShipment } from './_apply-request.ts'
import { type Part, prepare } from './_apply-script.ts'

/** Where changes go, and who hears of them. */
export interface ApplyTarget {
  readonly session: Session
  readonly connection: () => Promise<Connection>
  readonly httpOver: (connection: Connection, request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse>
  readonly signal: AbortSignal
  /** The task's `environment:`. */
  readonly env: Readonly<Record<string, string>>
  /** What the actions print, as it comes. */
  readonly onOutput?: ((stream: 'stdout' | 'stderr', text: string) => void) | undefined
}

export interface Applied {
  /** Of the actions that ran, in order. */
  readonly outcomes: readonly Outcome[]
  /** The action that failed; those after it did not run. */
  readonly failed?: { readonly change: Change; readonly action: Action; readonly outcome: Outcome; readonly message: string } | undefined
}

/** The largest request that actions are put together into; bytes of shell text. */
const SHIPMENT_BOUND = 512 * 1024

/**
 * Does the actions of changes in order, up to the first that fails. Programs, fragments and small files that follow each other
 * travel in one request. Throws only where the host is lost or the run was ended; then the running action's fate is unknown.
 */
export async function applyChanges(changes: readonly Change[], target: ApplyTarget): Promise<Applied> {
  const outcomes: Outcome[] = []
  let shipment: Part[] = []
  const ship = async (): Promise<boolean> => {
    const parts = shipment
    shipment = []
    if (parts.length > 0) outcomes.push(...(await runShipment(parts, target)))
    return outcomes.every((outcome) => outcome.ok)
  }
  for (const { action } of actionsOf(changes)) {
    const alone = action.do === 'http' || action.do === 'poll' || action.do === 'http-poll'
    const part = alone ? undefined : await prepare(action, target)
    if ((part === undefined || !fits(shipment, part)) && !(await ship())) break
    if (part !== undefined) shipment.push(part)
    else if (action.do === 'http') outcomes.push(await applyHttp(action, outcomes, target))
    else if (action.do === 'poll') outcomes.push(await applyPoll(action, target))
    else if (action.do === 'http-poll') outcomes.push(await applyHttpPoll(action, outcomes, target))
    if (outcomes.at(-1)?.ok === false) break
  }
  if (outcomes.every((outcome) => outcome.ok)) await ship()
  return appliedOf(changes, outcomes)
}

/** A program with a time of its own needs a request of its own: the request's end is what kills it. A large file is uploaded first. */
function fits(shipment: readonly Part[], part: Part): boolean {
  if (shipment.length === 0) return true
  if (part.timeout !== undefined || part.before !== undefined) return false
  if (shipment.some((other) => other.timeout !== undefined)) return false
  return shipment.reduce((sum, other) => sum + other.script.length, part.script.length) <= SHIPMENT_BOUND
}

/** Every action of a plan with the change that it is for, in order. */
export function actionsOf(changes: readonly Change[]): readonly { readonly change: Change; readonly action: Action }[] {
  return changes.flatMap((change) => change.actions.map((action) => ({ change, action })))
}

/** What the outcomes of a plan's first actions came to. */
export function appliedOf(changes: readonly Change[], outcomes: readonly Outcome[]): Applied {
  const steps = actionsOf(changes)
  const index = outcomes.findIndex((outcome) => !outcome.ok)
  const step = steps[index]
  const outcome = outcomes[index]
  if (step === undefined || outcome === undefined) return { outcomes }
  return { outcomes, failed: { ...step, outcome, message: messageFor(step.action, outcome) } }
}
