import { RunnerError } from '../base/error.ts'
import type { TaskMark, TaskRef } from '../base/event.ts'
import { Secret, toPlain, Unknown, type Value } from '../base/value.ts'
import { Prediction } from '../host/prediction.ts'
import { writtenText } from '../load/text.ts'
import type { IncludeStep, Step, TaskStep } from '../plan/types.ts'
import type { Scope } from '../template/scope.ts'
import type { PlayRun } from './context.ts'
import { type Executed, fromError, registeredValue } from './executed.ts'
import { holdsFacts, recordFacts } from './facts.ts'
import type { HostRun } from './host-run.ts'
import { runLoop } from './looped.ts'
import { settleNotes } from './pending.ts'
import { warnIfReserved } from './reserved.ts'
import { type LocalVars, stepScope } from './scope.ts'
import { taskResult } from './task-result.ts'
import type { TaskRun } from './task-run.ts'

/** How a task ended for the walk through the play. */
export interface TaskOutcome {
  readonly host: HostRun
  readonly step: TaskStep | IncludeStep
  readonly ref: TaskRef
  readonly executed: Executed
  readonly failed: boolean
  readonly unreachable: boolean
  /** Another host's outcome that this one shares: nothing of its own went wrong. */
  readonly dragged?: boolean | undefined
}

/** Runs one task on one host to its end: loop, retries, register, facts, events and counts. */
export async function runTask(
  play: PlayRun,
  step: TaskStep,
  host: HostRun,
  { ref, vars, mark }: { readonly ref: TaskRef; readonly vars?: LocalVars | undefined; readonly mark?: TaskMark | undefined },
): Promise<TaskOutcome> {
  const started = performance.now()
  const task = taskRun(play, step, host, { ref, scope: stepScope(play, host, step, vars) })
  play.run.emit({ type: 'host-task-start', at: Date.now(), task: ref, host: host.name })
  const executed = await safely(() => runLoop(task, (item) => configured(item)))
  const ignored = isIgnored(task, executed)
  await settleNotes(task, executed)
  recordResult(task, executed)
  const seconds = (performance.now() - started) / 1000
  const delegate = safeDelegate(task)
  play.run.emit({
    type: 'host-task-result',
    at: Date.now(),
    task: ref,
    host: host.name,
    delegate,
    looped: step.keywords.loop !== undefined,
    result: taskResult(task, executed, ignored),
    seconds,
    ...(mark === undefined ? {} : { mark }),
  })
  const failed = executed.status === 'failed' && !ignored
  const unreachable = executed.status === 'unreachable' && !ignored
  return { host, step, ref, executed, failed, unreachable }
}

async function safely(work: () => Promise<Executed>): Promise<Executed> {
  try {
    return await work()
  } catch (error) {
    return fromError(error)
  }
}

export function taskRun(play: PlayRun, step: TaskStep, host: HostRun, { ref, scope }: Pick<TaskRun, 'ref' | 'scope'>): TaskRun {
  return {
    play,
    host,
    step,
    ref,
    scope,
    checkMode: play.run.options.checkMode,
    diff: play.run.options.diff,
    delegate: host,
    prediction: host.prediction,
    signal: play.run.options.signal,
    warn: (message, source) => {
      play.run.warn(message, source ?? step.source)
    },
  }
}

/** Keywords that may differ from item to item: `delegate_to`, `check_mode`, `diff`. */
export function configured(task: TaskRun): TaskRun {
  const { keywords } = task.step
  const checkMode = booleanKeyword(task, keywords.checkMode) ?? task.checkMode
  const diff = booleanKeyword(task, keywords.diff) ?? task.diff
  const delegate = keywords.delegateTo === undefined ? task.host : delegateOf(task, task.scope)
  // In a real run a `check_mode: true` task asks about the host as it is: what it foresees will not have happened for the next one.
  const alone = checkMode && !task.play.run.options.checkMode
  return { ...task, checkMode, diff, delegate, prediction: alone ? new Prediction() : delegate.prediction }
}

function booleanKeyword(task: TaskRun, value: Value | undefined): boolean | undefined {
  if (value === undefined) return undefined
  const rendered = task.play.run.options.engine.render(value, task.scope)
  return typeof rendered === 'boolean' ? rendered : undefined
}

function delegateOf(task: TaskRun, scope: Scope): HostRun {
  const node = task.step.keywords.delegateTo
  const name = node === undefined ? task.host.name : task.play.run.options.engine.render(node.value, scope)
  if (typeof name !== 'string' || name === '')
    throw new RunnerError('variable', 'delegate_to must be the name of a host', { source: node?.source })
  return task.play.run.host(name)
}

function safeDelegate(task: TaskRun): string | undefined {
  if (task.step.keywords.delegateTo === undefined || task.step.keywords.loop !== undefined) return undefined
  try {
    const { name } = delegateOf(task, task.scope)
    return name === task.host.name ? undefined : name
  } catch {
    return undefined
  }
}

function isIgnored(task: TaskRun, executed: Executed): boolean {
  const keyword =
    executed.status === 'failed'
      ? task.step.keywords.ignoreErrors
      : executed.status === 'unreachable'
        ? task.step.keywords.ignoreUnreachable
        : undefined
  try {
    return booleanKeyword(task, keyword) === true
  } catch {
    return false
  }
}

/** `register`, and for a task without a loop the facts that its result holds. */
export function recordResult(task: TaskRun, executed: Executed): void {
  const { register, registerSource, loop } = task.step.keywords
  if (loop === undefined && holdsFacts(executed)) recordFacts(withDelegate(task), executed)
  if (register === undefined) return
  warnIfReserved(task.play.run, register, registerSource)
  task.host.assigned.set(register, { value: registeredValue(executed), source: task.step.source })
}

/** A delegate that cannot be told has failed the task already. */
function withDelegate(task: TaskRun): TaskRun {
  try {
    return configured(task)
  } catch {
    return task
  }
}

/** The name that people see, with the role in front; a name that cannot be rendered is shown as it was written. */
export function taskRef(play: PlayRun, step: Step, host: HostRun, handler: boolean): TaskRef {
  const action = step.kind === 'task' ? step.action.name : step.kind === 'include' ? `include_${step.what}` : 'block'
  const name = shownName(play, step, host) ?? unnamed(step)
  const role = step.role?.name
  const includesRole = step.kind === 'include' && step.what === 'role'
  return {
    id: step.id,
    name: role === undefined || includesRole ? name : `${role} : ${name}`,
    action,
    role,
    handler,
    checkMode: typeof step.keywords.checkMode === 'boolean' ? step.keywords.checkMode : play.run.options.checkMode,
    tags: step.keywords.tags,
    source: step.source,
  }
}

/** The action as it was written; what includes a role says which. */
function unnamed(step: Step): string {
  if (step.kind !== 'include' || step.what !== 'role') return step.actionKey.name
  return `${step.actionKey.name} : ${writtenText(step.args.get('name')?.value ?? null)}`
}

function shownName(play: PlayRun, step: Step, host: HostRun): string | undefined {
  if (step.name === undefined) return undefined
  try {
    const value = play.run.options.engine.render(step.name, stepScope(play, host, step))
    if (value instanceof Secret || value instanceof Unknown) return String(value)
    return typeof value === 'string' ? value : JSON.stringify(toPlain(value))
  } catch {
    return String(toPlain(step.name))
  }
}
