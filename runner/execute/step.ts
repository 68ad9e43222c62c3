import { RunnerError } from '../base/error.ts'
import { isLockstep } from '../plan/strategies.ts'
import type { PlayRun } from './context.ts'
import type { HostRun } from './host-run.ts'

/**
 * `--step`: asks whether a task shall run, on all hosts at once or, where each goes its own way, on this one.
 * @throws RunnerError `options` where there is nobody to ask
 */
export async function isAgreedTo(play: PlayRun, taskName: string, host: HostRun): Promise<boolean> {
  const { run } = play
  if (!run.stepping) return true
  const on = isLockstep(play.strategy) ? '' : `on ${host.name} `
  const answer = await run.conversation?.hold((terminal) =>
    terminal.ask(`Perform task: TASK: ${taskName} ${on}(N)o/(y)es/(c)ontinue`, 'shown', run.options.signal),
  )
  run.checkInterrupted()
  if (answer === undefined) throw new RunnerError('options', '--step has nobody to ask', { hint: 'the answers come from standard input' })
  const word = answer.trim().toLowerCase()
  if (word === 'c' || word === 'continue') run.stepping = false
  return !run.stepping || word === 'y' || word === 'yes'
}
