import { RunnerError } from '../base/error.ts'
import { Frames } from '../host/frames.ts'
import type { SessionAnswer, SessionRequest } from '../host/session.ts'
import type { Action, Outcome } from '../module/change.ts'
import { OutcomeReader } from './_apply-outcome.ts'
import type { Part } from './_apply-script.ts'
import type { ApplyTarget } from './apply.ts'

/** Runs parts in one request up to the first that fails; one outcome for each that ran. */
export async function runShipment(parts: readonly Part[], target: ApplyTarget): Promise<readonly Outcome[]> {
  const [first] = parts
  const refusal = await first?.before?.()
  if (first !== undefined && refusal !== undefined) return [refused(first, refusal)]
  const frames = new Frames()
  const reader = new OutcomeReader(parts, target.onOutput)
  const answer = await ask(target, {
    script: shipmentScript(frames, parts),
    timeout: first?.timeout,
    onOutput: frames.read(reader),
    maxOutput: MAX_STRAY,
  })
  const { outcomes } = reader.finish(answer.timedOut ? 'timed-out' : 'complete')
  if (reader.leftovers) target.session.retire()
  if (outcomes.length === 0) throw new RunnerError('bug', `the host ran none of the actions: ${answer.stderr.toString('utf8').trim()}`)
  return outcomes
}

/** A request that the end of the run ends: then what was asked for is thrown, not how the host was stopped. */
export async function ask({ session, signal }: ApplyTarget, request: SessionRequest): Promise<SessionAnswer> {
  try {
    return await session.request({ ...request, signal })
  } finally {
    signal.throwIfAborted()
  }
}

/** The frames are read as they come; of the answer itself only what a shell says that could not run it is of use. */
const MAX_STRAY = 4096

function shipmentScript(frames: Frames, parts: readonly Part[]): string {
  const lines = parts.map((part, id) => {
    const rest = part.action.do === 'run' ? `; sr_left "$sr_pg" && sr_lefts=1` : ''
    return `if [ $sr_go = 1 ]; then ${frames.wrap(id, part.script)}; case $? in ${okPattern(part.action)}) ;; *) sr_go=0 ;; esac${rest}; fi`
  })
  return [frames.opening, 'sr_go=1 sr_lefts=', ...lines, frames.wrap(parts.length, 'printf %s "$sr_lefts"')].join('\n')
}

/** The exit codes that are a success, as a pattern of `case`. */
export function okPattern(action: Action): string {
  if (action.do !== 'run' || action.okCodes === undefined) return '0'
  return action.okCodes === 'any' ? '*' : action.okCodes.join('|')
}

function refused(part: Part, reason: string): Outcome {
  const now = Date.now()
  return { id: part.action.id, ok: false, rc: 1, stdout: '', stderr: reason, start: now, end: now, timedOut: false }
}
