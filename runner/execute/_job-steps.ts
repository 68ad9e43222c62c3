import type { Action, Outcome } from '../module/change.ts'
import { isOk } from './_apply-outcome.ts'

/** The outcomes of a job's actions from what its steps have left (`host/job.ts`). */
export function readOutcomes(actions: readonly Action[], left: Buffer): readonly Outcome[] {
  const outcomes: Outcome[] = []
  let at = 0
  for (const action of actions) {
    const end = left.indexOf(10, at)
    if (end === -1) break
    const [code = '', begin = '', last = '', out = '', err = ''] = left.subarray(at, end).toString('utf8').split('|')
    const [stdout, stderr] = [end + 1, end + 1 + Number(out), end + 1 + Number(out) + Number(err)]
    const rc = code === '' ? 137 : Number(code)
    outcomes.push({
      id: action.id,
      ok: code !== '' && isOk(action, rc),
      rc,
      stdout: left.subarray(stdout, stderr).toString('utf8'),
      stderr: left.subarray(stderr, stderr + Number(err)).toString('utf8'),
      start: moment(begin),
      end: moment(last),
      timedOut: false,
    })
    at = stderr + Number(err)
  }
  return outcomes
}

/** `2026-01-31 12:00:00.123456789;1769860800;4242`: a time, its seconds since the epoch, and hundredths of the host's clock. */
function moment(text: string): number {
  const [time = '', seconds = '0'] = text.split(';')
  const fraction = /\.(\d{3})\d*$/.exec(time)?.[1] ?? '0'
  return Number(seconds) * 1000 + Number(fraction)
}
