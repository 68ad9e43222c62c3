import { RunnerError } from '../base/error.ts'
import type { TaskMark, TaskRef } from '../base/event.ts'
import { toPlain, type Value } from '../base/value.ts'
import { isLockstep } from '../plan/strategies.ts'
import type { Step, TaskStep } from '../plan/types.ts'
import { runBlock } from './block.ts'
import type { PlayRun } from './context.ts'
import { debugged } from './debugger.ts'
import { hasChanged } from './executed.ts'
import type { HostRun } from './host-run.ts'
import { runInclude } from './include.ts'
import { markOf } from './mark.ts'
import { runMeta } from './meta.ts'
import { notify } from './notify.ts'
import { wasLeft } from './pending.ts'
import { playScope } from './play-vars.ts'
import { recallTask } from './recall.ts'
import { type LocalVars, stepScope } from './scope.ts'
import { isAgreedTo } from './step.ts'
import { countTask } from './tally.ts'
import { runTask, type TaskOutcome, taskRef } from './task.ts'

/** The hosts that a step lost: `failed` may be rescued by an enclosing block, `unreachable` never. */
export interface Losses {
  readonly failed: ReadonlyMap<HostRun, TaskOutcome>
}

/** Where in the play a step stands. */
export interface Place {
  /** An enclosing block has a rescue section for what fails here. */
  readonly rescuable: boolean
  readonly handler: boolean
}

const NO_LOSSES: Losses = { failed: new Map() }

/** The linear strategy: all hosts do a step, then all do the next one. */
export async function runSteps(play: PlayRun, steps: readonly Step[], hosts: readonly HostRun[], place: Place): Promise<Losses> {
  const failed = new Map<HostRun, TaskOutcome>()
  for (const step of steps) {
    play.run.checkInterrupted()
    const left = hosts.filter((host) => !host.gone && !host.ended && !failed.has(host))
    if (left.length === 0 || play.ending !== 'no') break
    const active = left.filter((host) => step.role === undefined || host.endedRole !== step.role)
    if (active.length === 0) continue
    const losses = await runStep(play, step, active, place)
    for (const [host, outcome] of losses.failed) failed.set(host, outcome)
    if (tooManyFailed(play)) play.ending = 'failed'
  }
  return { failed }
}

async function runStep(play: PlayRun, step: Step, hosts: readonly HostRun[], place: Place): Promise<Losses> {
  if (step.kind === 'block') return runBlock(play, step, hosts, place)
  if (step.kind === 'task' && step.action.name === 'meta') return runMeta(play, step, hosts, place)
  const [first] = hosts
  if (first !== undefined && !(await isAgreedTo(play, taskRef(play, step, first, place.handler).name, first))) return NO_LOSSES
  return step.kind === 'include' ? runInclude(play, step, hosts, place) : runTaskStep(play, step, hosts, place)
}

async function runTaskStep(play: PlayRun, step: TaskStep, hosts: readonly HostRun[], place: Place): Promise<Losses> {
  const [first] = hosts
  if (first === undefined) return NO_LOSSES
  const once = runsOnce(play, step, first)
  const runners = once ? [first] : hosts
  const ref = taskRef(play, step, first, place.handler)
  const { recalled, marks } = recallTasks(play, step, runners, { ref, place })
  const live = runners.filter((host) => !recalled.has(host))
  if (live.length > 0) play.run.emit({ type: 'task-start', at: Date.now(), task: ref, hosts: live.map((host) => host.name) })
  const throttle = throttleOf(play, step, first)
  const work = (task: TaskStep, host: HostRun, vars?: LocalVars): Promise<TaskOutcome> =>
    play.slots.task(step, throttle, () => runTask(play, task, host, { ref, vars, mark: marks.get(host) }))
  const outcomes: TaskOutcome[] = [...recalled.values()]
  for (const outcome of await Promise.all(live.map((host) => work(step, host))))
    outcomes.push(await debugged(play, step, outcome, (session) => work(session.step, outcome.host, session.vars)))
  for (const { host, executed } of outcomes)
    if (!recalled.has(host) && hasChanged(executed) && step.action.module !== undefined) play.run.options.earlier?.forget(host.name)
  if (once) shareResult(play, step, first)
  for (const outcome of outcomes) settle(play, step, outcome, { ...place, recalled: recalled.has(outcome.host) })
  return { failed: lost(play, step, outcomes, { hosts, once, place }) }
}

/** Whether the first host alone runs the step for all: `run_once`, and actions that speak of the whole play. */
export function runsOnce(play: PlayRun, step: Step, host: HostRun): boolean {
  const wholePlay = step.kind === 'task' && step.action.wholePlay === true
  if (!wholePlay && !keywordIsTrue(play, step, host, step.keywords.runOnce)) return false
  if (isLockstep(play.strategy)) return true
  if (wholePlay) throw bypassesHosts(play, step)
  play.run.warn(`run_once has no effect with the strategy ${play.strategy}: the task runs on every host`, step.source)
  return false
}

function bypassesHosts(play: PlayRun, step: TaskStep): RunnerError {
  return new RunnerError(
    'variable',
    `'${step.action.name}' is for the play as a whole, and with the strategy ${play.strategy} there is no such task`,
    {
      source: step.source,
      hint: 'put it into a play of its own with the strategy linear',
    },
  )
}

function keywordIsTrue(play: PlayRun, step: Step, host: HostRun, value: Value | undefined): boolean {
  if (value === undefined || value === false) return false
  return value === true || play.run.options.engine.render(value, stepScope(play, host, step)) === true
}

function throttleOf(play: PlayRun, step: TaskStep, host: HostRun): number {
  const { throttle } = step.keywords
  return throttle === undefined ? 0 : Number(play.run.options.engine.render(throttle, stepScope(play, host, step)))
}

/** `run_once` gives the result to all hosts; an action for the whole play keeps it with the first. */
function shareResult(play: PlayRun, step: TaskStep, first: HostRun): void {
  const { register, runOnce } = step.keywords
  if (!keywordIsTrue(play, step, first, runOnce)) return
  for (const host of play.batch) {
    if (host === first || host.gone) continue
    const entry = register === undefined ? undefined : first.assigned.get(register)
    if (register !== undefined && entry !== undefined) host.assigned.set(register, entry)
    if (step.action.name === 'set_fact')
      for (const [name, fact] of first.assigned) if (!host.assigned.has(name)) host.assigned.set(name, fact)
  }
}

interface Recalled {
  readonly recalled: ReadonlyMap<HostRun, TaskOutcome>
  readonly marks: ReadonlyMap<HostRun, TaskMark>
}

/** The hosts on which an earlier run has done the task already. */
function recallTasks(
  play: PlayRun,
  step: TaskStep,
  hosts: readonly HostRun[],
  { ref, place }: { readonly ref: TaskRef; readonly place: Place },
): Recalled {
  const recalled = new Map<HostRun, TaskOutcome>()
  const marks = new Map<HostRun, TaskMark>()
  for (const host of hosts) {
    const mark = markOf(play, step, host, place.handler ? 'handler' : 'task')
    if (mark === undefined) continue
    marks.set(host, mark)
    const done = play.run.options.earlier?.take(host.name, step, mark)
    if (done !== undefined) recalled.set(host, recallTask(play, step, host, { ref, mark, done }))
  }
  return { recalled, marks }
}

/** What an earlier run has counted is no part of this one's figures. */
function settle(play: PlayRun, step: TaskStep, outcome: TaskOutcome, place: Place & { readonly recalled: boolean }): void {
  if (!place.recalled) countTask(outcome)
  const { host, executed } = outcome
  if (outcome.unreachable) host.unreachable = true
  if (outcome.failed && !place.rescuable) countFailed(host)
  const ended = executed.status === 'changed' || executed.status === 'unknown' || (executed.status === 'ok' && wasLeft(host, step))
  if (ended) notify(play, step, host, place.handler ? 'handler' : 'task')
}

export function countFailed(host: HostRun): void {
  host.count('failed')
  host.failing = true
}

/** The hosts that go no further; with `any_errors_fatal`, or where one acts for all, they take the others along. */
function lost(play: PlayRun, step: TaskStep, outcomes: readonly TaskOutcome[], at: Together): ReadonlyMap<HostRun, TaskOutcome> {
  const failed = new Map<HostRun, TaskOutcome>()
  for (const outcome of outcomes) if (outcome.failed) failed.set(outcome.host, outcome)
  const worst = outcomes.find((outcome) => outcome.failed || outcome.unreachable)
  if (worst === undefined || !(at.once || isFatal(play, step, worst.host))) return failed
  for (const host of at.hosts) {
    if (host.gone || failed.has(host)) continue
    if (!at.place.rescuable) host.failing = true
    failed.set(host, { ...worst, host, dragged: true })
  }
  return failed
}

interface Together {
  readonly hosts: readonly HostRun[]
  readonly once: boolean
  readonly place: Place
}

/** `max_fail_percentage`: looked at after each step, over the hosts of the batch. */
function tooManyFailed(play: PlayRun): boolean {
  const { maxFailPercentage } = play.play
  if (maxFailPercentage === undefined || !isLockstep(play.strategy)) return false
  const failed = play.batch.filter((host) => host.failed || host.failing).length
  if (failed === 0) return false
  const limit = Number(toPlain(play.run.options.engine.render(maxFailPercentage.value, playScope(play.run, play.play, play.prompted))))
  return (failed / play.batch.length) * 100 > limit
}

function isFatal(play: PlayRun, step: TaskStep, host: HostRun): boolean {
  if (!keywordIsTrue(play, step, host, step.keywords.anyErrorsFatal)) return false
  if (isLockstep(play.strategy)) return true
  play.run.warn(`any_errors_fatal has no effect with the strategy ${play.strategy}: each host goes its own way`, step.source)
  return false
}
