import type { HttpRequest, HttpResponse, TakeBody } from '../host/host.ts'
import type { Connection, Session } from '../host/session.ts'
import type { Action, Change, Outcome } from '../module/change.ts'
import { applyDownload } from './_apply-download.ts'
import { applyFetch } from './_apply-fetch.ts'
import { applyHttp } from './_apply-http.ts'
import { applyHttpPoll } from './_apply-http-poll.ts'
import { messageFor } from './_apply-message.ts'
import { applyPoll } from './_apply-poll.ts'
import { applyReconnect } from './_apply-reconnect.ts'
import { runShipment } from './_apply-request.ts'
import { type Alone, isShippable, type Part, prepare } from './_apply-script.ts'

/** As much of a session as actions need. */
export type ApplySession = Pick<Session, 'request' | 'upload' | 'download' | 'retire'>

/** Where changes go, and who hears of them. */
export interface ApplyTarget {
  readonly session: ApplySession
  readonly connection: () => Promise<Connection>
  readonly httpOver: (connection: Connection, request: HttpRequest, signal: AbortSignal, take?: TakeBody) => Promise<HttpResponse>
  /** Opens the connection anew and gives it up before; milliseconds for the attempt. Rejects where the host does not answer. */
  readonly reconnect?: ((connectTimeout: number | undefined) => Promise<void>) | undefined
  /** The host has other tasks meanwhile, which go over the same session: nothing may hold it for long. */
  readonly busy?: boolean | undefined
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
    const part = isShippable(action) ? await prepare(action, target) : undefined
    if ((part === undefined || !fits(shipment, part)) && !(await ship())) break
    if (part !== undefined) shipment.push(part)
    else if (!isShippable(action)) outcomes.push(await applyAlone(action, outcomes, target))
    if (outcomes.at(-1)?.ok === false) break
  }
  if (outcomes.every((outcome) => outcome.ok)) await ship()
  return appliedOf(changes, outcomes)
}

/** Each is by itself, between the shipments. */
function applyAlone(action: Alone, outcomes: readonly Outcome[], target: ApplyTarget): Promise<Outcome> {
  switch (action.do) {
    case 'http':
      return applyHttp(action, outcomes, target)
    case 'poll':
      return applyPoll(action, target)
    case 'http-poll':
      return applyHttpPoll(action, outcomes, target)
    case 'fetch':
      return applyFetch(action, target)
    case 'download':
      return applyDownload(action, target)
    case 'reconnect':
      return applyReconnect(action, target)
  }
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
