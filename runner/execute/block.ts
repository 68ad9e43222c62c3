import { fromJson, record, toPlain, type Value } from '../base/value.ts'
import type { BlockStep } from '../plan/types.ts'
import type { PlayRun } from './context.ts'
import { registeredValue } from './executed.ts'
import type { HostRun } from './host-run.ts'
import { stepScope } from './scope.ts'
import { type Losses, type Place, runSteps } from './strategy.ts'
import type { TaskOutcome } from './task.ts'

/** A block for all its hosts: what failed goes through the rescue section, everybody through always. */
export async function runBlock(play: PlayRun, step: BlockStep, hosts: readonly HostRun[], place: Place): Promise<Losses> {
  const rescuable = step.rescue.length > 0
  const main = await runSteps(play, step.block, hosts, { ...place, rescuable: rescuable || place.rescuable })
  let failed: ReadonlyMap<HostRun, TaskOutcome> = main.failed
  if (rescuable && failed.size > 0) failed = await runRescue(play, step, failed, place)
  if (step.always.length === 0) return { failed }
  const late = await runSteps(play, step.always, hosts, place)
  return { failed: new Map([...failed, ...late.failed]) }
}

async function runRescue(
  play: PlayRun,
  step: BlockStep,
  failed: ReadonlyMap<HostRun, TaskOutcome>,
  place: Place,
): Promise<ReadonlyMap<HostRun, TaskOutcome>> {
  for (const [host, outcome] of failed) {
    if (outcome.dragged === true) continue
    host.count('rescued')
    play.run.emit({ type: 'rescued', at: Date.now(), host: host.name, block: String(toPlain(step.name ?? '')) })
    rememberFailure(play, host, outcome)
  }
  const rescue = await runSteps(play, step.rescue, [...failed.keys()], place)
  return rescue.failed
}

/** `ansible_failed_task` and `ansible_failed_result`, which stay set after the block. */
function rememberFailure(play: PlayRun, host: HostRun, { step, ref, executed }: TaskOutcome): void {
  const { keywords } = step
  const scope = stepScope(play, host, step)
  const shown = (value: Value): Value => {
    try {
      return play.run.options.engine.render(value, scope)
    } catch {
      return toPlainValue(value)
    }
  }
  host.assigned.set('ansible_failed_result', { value: registeredValue(executed) })
  host.assigned.set('ansible_failed_task', {
    value: record([
      ['name', step.name === undefined ? '' : shown(step.name)],
      ['action', ref.action],
      ['args', record([...step.args].map(([name, { value }]) => [name, shown(value)] as const))],
      ['tags', [...ref.tags]],
      ['when', keywords.when.map(({ value }) => toPlainValue(value))],
      ['register', keywords.register ?? null],
      ['delegate_to', keywords.delegateTo === undefined ? null : shown(keywords.delegateTo.value)],
      ['loop', keywords.loop === undefined ? null : toPlainValue(keywords.loop.expression.value)],
    ]),
  })
}

/** As it is written: an expression is text. */
function toPlainValue(value: Value): Value {
  return fromJson(toPlain(value))
}
