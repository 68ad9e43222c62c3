import type { SessionAnswer } from '../host/session.ts'
import type { Outcome, PollAction } from '../module/change.ts'
import { pause } from './_apply-http.ts'
import { ask } from './_apply-request.ts'
import { exports } from './_apply-script.ts'
import type { ApplyTarget } from './apply.ts'

/** A single try that hangs may go on this much longer than the whole wait. */
const GRACE = 5_000

/**
 * Waits on the host itself: one request, however many tries it takes. Where the host has tasks of its own meanwhile, each try is a
 * request: what is waited for may come from those tasks.
 */
export async function applyPoll(action: PollAction, target: ApplyTarget): Promise<Outcome> {
  const start = Date.now()
  const answer = target.busy === true ? await tryAgainAndAgain(action, target) : await waitThere(action, target)
  const ok = answer.rc === 0 && !answer.timedOut
  return {
    id: action.id,
    ok,
    rc: answer.rc,
    stdout: answer.stdout.toString('utf8'),
    stderr: answer.stderr.toString('utf8'),
    start,
    end: Date.now(),
    timedOut: !ok,
  }
}

function waitThere(action: PollAction, target: ApplyTarget): Promise<SessionAnswer> {
  return ask(target, {
    script: pollScript(action, target.env),
    timeout: (action.delay ?? 0) + action.timeout + action.interval + GRACE,
  })
}

async function tryAgainAndAgain(action: PollAction, target: ApplyTarget): Promise<SessionAnswer> {
  const once = { ...action, timeout: 0, delay: undefined }
  await pause(action.delay ?? 0, target)
  const end = Date.now() + action.timeout
  for (;;) {
    const answer = await waitThere(once, target)
    if (answer.rc === 0 || Date.now() >= end) return answer
    await pause(action.interval, target)
  }
}

/** A wait whose run is gone ends with it: the next run would wait for it. */
function pollScript(action: PollAction, env: Readonly<Record<string, string>>): string {
  const delay = action.delay === undefined || action.delay === 0 ? ':' : `sr_sleep ${seconds(action.delay)} ${wholeSeconds(action.delay)}`
  return `sr_try() { ${exports(env)}${action.script}
}
${delay}
sr_clock; sr_end=$((sr_now + ${String(Math.round(action.timeout / 10))}))
while :; do
  sr_out=$(sr_try 2>&1); sr_rc=$?
  [ "$sr_rc" -ne 0 ] || break
  sr_clock; [ "$sr_now" -lt "$sr_end" ] || break
  sr_sleep ${seconds(action.interval)} ${wholeSeconds(action.interval)}
  ! sr_leftover $$ || exit 1
done
[ -z "$sr_out" ] || printf '%s\\n' "$sr_out"
(exit "$sr_rc")`
}

function seconds(milliseconds: number): string {
  return (Math.max(milliseconds, 10) / 1000).toFixed(2)
}

/** For a `sleep` that takes no fractions. */
function wholeSeconds(milliseconds: number): string {
  return String(Math.max(1, Math.round(milliseconds / 1000)))
}
