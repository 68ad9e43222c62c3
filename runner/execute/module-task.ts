import { messageOf, RunnerError } from '../base/error.ts'
import type { Source } from '../base/source.ts'
import { record, type ValueRecord } from '../base/value.ts'
import type { ReadOnlyHost } from '../host/host.ts'
import { httpOver } from '../host/http.ts'
import { createPredictedHost } from '../host/predicted.ts'
import { ProbeUnavailable, UnknownState } from '../host/probe.ts'
import { createRealHost } from '../host/real.ts'
import { Failure } from '../module/change.ts'
import type { Module, ModuleContext } from '../module/define.ts'
import { lazySession } from './_lazy-session.ts'
import { type ApplyTarget, applyChanges } from './apply.ts'
import { asyncLimit, runAsync } from './async.ts'
import { resolveTarget, type Target } from './connection-vars.ts'
import { environmentOf } from './environment.ts'
import { type Executed, failed, unknown } from './executed.ts'
import { localFiles } from './local-files.ts'
import { failedModule, failureOf, finish, type Planned, type Resulting, resultData, summary } from './module-result.ts'
import { noteOf, type PendingNote, recallNote, withNote } from './pending.ts'
import { type RenderedArgs, typedArgs, unknownArgument } from './render-args.ts'
import { stepScope } from './scope.ts'
import type { TaskRun } from './task-run.ts'

/** Runs a module: reads, plans, then applies, or in check mode tells the predicted host. */
export async function executeModule(task: TaskRun, module: Module, rendered: RenderedArgs): Promise<Executed> {
  const doubt = unknownArgument(rendered)
  if (doubt !== undefined) return unknown(doubt.reason)
  const args = typedArgs(task, rendered)
  const target = targetOf(task)
  const host = hostFor(task, target)
  try {
    const note = noteOf(task, target)
    const [state] = await Promise.all([module.check(host, args, contextFor(task)), recallNote(task, note, host)])
    if (state instanceof Failure) return failureOf(state)
    const changes = module.plan(state, args)
    if (changes instanceof Failure) return failureOf(changes)
    return task.checkMode
      ? predict(task, module, { state, args, changes })
      : await apply(task, module, { state, args, changes }, { target, note })
  } catch (error) {
    if (error instanceof UnknownState) return unknown(error.reason)
    if (error instanceof ProbeUnavailable)
      return failedModule(error.reason, error.hint === undefined ? undefined : record([['hint', error.hint]]))
    if (error instanceof RunnerError) throw error
    return failed(`the module ${module.name} broke: ${messageOf(error)}`, undefined, brokenModule(module, error, task.step.source))
  }
}

/** A module that throws anything else has a bug, the user's own most often: its task fails, and the error shows the line in it. */
function brokenModule(module: Module, error: unknown, source: Source): RunnerError {
  const frames = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^ +at /.test(line)) : []
  return new RunnerError('argument', `the module ${module.name} broke: ${messageOf(error)}`, {
    source,
    trace: frames.slice(0, 2).map((line) => line.trim()),
    cause: error,
  })
}

function predict(task: TaskRun, module: Module, planned: Planned): Executed {
  const { state, args, changes } = planned
  const doubt = changes.find((change) => change.certainty === 'maybe')
  const certain = changes.some((change) => (change.certainty ?? 'change') === 'change')
  for (const change of changes) {
    const effects = change.effects ?? []
    task.prediction.apply(effects)
  }
  if (doubt !== undefined && !certain) return unknown(doubt.why ?? doubt.what)
  const result = changes.length === 0 || !certain ? resultData(module, planned, []) : predictedData(module, state, args)
  if (result instanceof Failure)
    return certain ? { ...summary(task, changes), status: 'changed', data: record([]), predicted: true } : failureOf(result)
  return { ...summary(task, changes), status: certain ? 'changed' : 'ok', data: result, predicted: changes.length > 0 }
}

/** A prediction has no outcomes: a module that cannot build its result without them leaves it unknown. */
function predictedData(module: Module, state: unknown, args: unknown): ValueRecord | Failure {
  return resultData(module, { state, args, changes: [] }, [])
}

/** Where a module's changes go, and the note on what they notify. */
interface Place {
  readonly target: Target
  readonly note: PendingNote | undefined
}

async function apply(task: TaskRun, module: Resulting, planned: Planned, { target, note }: Place): Promise<Executed> {
  const limit = task.checkMode ? 0 : asyncLimit(task)
  if (limit === 0 && planned.changes.length === 0) return finish(task, module, planned, { outcomes: [] })
  const changing = planned.changes.some(({ certainty }) => certainty !== 'observe')
  const on = withNote(task, changing ? note : undefined, applyTarget(task, target))
  if (limit > 0) return runAsync(task, module, planned, { on, limit, target })
  return finish(task, module, planned, await applyChanges(planned.changes, on))
}

/** A plan whose actions run in check mode too: programs that say themselves what they did or would do. */
export async function carryOut(task: TaskRun, module: Resulting, planned: Planned): Promise<Executed> {
  const target = targetOf(task)
  const note = noteOf(task, target)
  await recallNote(task, note, hostFor(task, target))
  return apply(task, module, planned, { target, note })
}

function applyTarget(task: TaskRun, target: Target): ApplyTarget {
  const pool = task.play.run.options.pool
  return {
    session: lazySession(() => pool.session(target.settings, target.become)),
    connection: () => pool.connection(target.settings),
    httpOver,
    async reconnect(connectTimeout = target.settings.connectTimeout) {
      await pool.drop(target.settings)
      await pool.session({ ...target.settings, connectTimeout, retries: 0 }, target.become)
    },
    busy: task.delegate !== task.host,
    signal: task.signal,
    env: environmentOf(task),
    onOutput: (stream, text) => {
      task.play.run.emit({ type: 'output', at: Date.now(), task: task.ref, host: task.host.name, stream, text })
    },
  }
}

/** The connection of a task: the delegate's variables, never the original host's. */
export function targetOf(task: TaskRun): Target {
  const scope = task.delegate === task.host ? task.scope : stepScope(task.play, task.delegate, undefined)
  return resolveTarget(task.delegate.name, scope, task.step.keywords, task.play.run.options)
}

function hostFor(task: TaskRun, target: Target): ReadOnlyHost {
  const pool = task.play.run.options.pool
  const real = createRealHost({
    name: task.delegate.name,
    session: () => pool.session(target.settings, target.become),
    connection: () => pool.connection(target.settings),
    signal: task.signal,
    env: environmentOf(task),
  })
  return task.checkMode ? createPredictedHost(real, task.prediction) : real
}

function contextFor(task: TaskRun): ModuleContext {
  return {
    inventoryName: task.host.name,
    connection: targetOf(task).settings.kind,
    facts: task.delegate.facts,
    diff: task.diff,
    local: localFiles(task, task.play.run),
    memo: task.play.run.memo,
    get now() {
      return Date.now()
    },
    signal: task.signal,
    env: environmentOf(task),
    warn: (message) => {
      task.warn(message)
    },
  }
}
