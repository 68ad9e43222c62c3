import { setTimeout as sleep } from 'node:timers/promises'
import { RunnerError } from '../base/error.ts'
import type { SessionAnswer } from '../host/session.ts'
import type { Outcome, ReconnectAction } from '../module/change.ts'
import type { ApplyTarget } from './apply.ts'

/** A host that goes away may take a moment over its last answer. */
const LEAVE_BOUND = 60_000

interface Try {
  readonly answer?: SessionAnswer
  readonly said: string
  readonly ok: boolean
}

/** Leaves a host and comes back: tries until a new connection stands and the script on it is content, or the time is over. */
export async function applyReconnect(action: ReconnectAction, target: ApplyTarget): Promise<Outcome> {
  const start = Date.now()
  const refused = action.leave === undefined ? undefined : await leave(action.leave, target)
  if (refused !== undefined) return outcomeOf(action, { ok: false, said: refused }, { start, timedOut: false })
  await sleep(action.delay, undefined, { signal: target.signal })
  const end = Date.now() + action.timeout
  for (;;) {
    const made = await attempt(action, target)
    if (made.ok) return outcomeOf(action, made, { start, timedOut: false })
    if (Date.now() + action.interval >= end) return outcomeOf(action, made, { start, timedOut: true })
    await sleep(action.interval, undefined, { signal: target.signal })
  }
}

/** Why the host does not go; undefined where it does, which may well take the connection along. */
async function leave(script: string, { session, signal }: ApplyTarget): Promise<string | undefined> {
  try {
    const { rc, stderr } = await session.request({ script, timeout: LEAVE_BOUND, signal })
    return rc === 0 ? undefined : stderr.toString('utf8').trim()
  } catch (error) {
    signal.throwIfAborted()
    if (isUnreachable(error)) return undefined
    throw error
  }
}

async function attempt(action: ReconnectAction, target: ApplyTarget): Promise<Try> {
  try {
    await target.reconnect?.(action.connectTimeout)
    const answer = await target.session.request({ script: action.script, timeout: LEAVE_BOUND, signal: target.signal })
    const text = answer.stdout.toString('utf8')
    if (answer.rc !== 0) return { answer, ok: false, said: answer.stderr.toString('utf8').trim() || `code ${String(answer.rc)}` }
    if (action.unlike !== undefined && text === action.unlike) return { answer, ok: false, said: 'it is still as it was' }
    return { answer, ok: true, said: '' }
  } catch (error) {
    target.signal.throwIfAborted()
    if (isUnreachable(error)) return { ok: false, said: error.message }
    throw error
  }
}

function isUnreachable(error: unknown): error is RunnerError {
  return error instanceof RunnerError && error.code === 'unreachable'
}

function outcomeOf(action: ReconnectAction, made: Try, times: Pick<Outcome, 'start' | 'timedOut'>): Outcome {
  return {
    id: action.id,
    ok: made.ok,
    rc: made.ok ? 0 : (made.answer?.rc ?? 1) || 1,
    stdout: made.answer?.stdout.toString('utf8') ?? '',
    stderr: made.said,
    ...times,
    end: Date.now(),
  }
}
