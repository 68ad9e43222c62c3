import { fromJson, isRecord, record, type Value, type ValueRecord } from '../base/value.ts'
import { type Change, Failure, type Outcome } from '../module/change.ts'
import type { Module } from '../module/define.ts'
import type { Applied } from './apply.ts'
import { type Executed, failed } from './executed.ts'
import type { TaskRun } from './task-run.ts'

/** What a module read, was given and decided. */
export interface Planned {
  readonly state: unknown
  readonly args: unknown
  readonly changes: readonly Change[]
}

/** What makes a result of what the actions came to: a module, or a program that says all of it itself. */
export interface Resulting {
  readonly result?: Module['result']
  readonly answer?: (outcomes: readonly Outcome[]) => Executed
}

/** What a module's changes came to, as its task's result. */
export function finish(task: TaskRun, module: Resulting, planned: Planned, applied: Applied): Executed {
  const { changes } = planned
  const base = summary(task, changes)
  if (module.answer !== undefined && applied.failed === undefined) return module.answer(applied.outcomes)
  const result = resultData(module, planned, applied.outcomes)
  const data = result instanceof Failure ? fromFailure(result) : result
  if (applied.failed !== undefined) return failedApply(base, applied, data)
  if (result instanceof Failure) return { ...base, ...changedFailure(failureOf(result), applied.outcomes.length > 0) }
  const changed = changes.some((change) => (change.certainty ?? 'change') !== 'observe' && !wasNone(change, applied.outcomes))
  return { ...base, changes: changed ? base.changes : [], status: changed ? 'changed' : 'ok', data }
}

/** What ran has changed something, unless the module says that it did not come to that. */
function changedFailure(failure: Executed, ran: boolean): Executed {
  return { ...failure, data: record([['changed', ran], ...Object.entries(failure.data)]) }
}

function failedApply(base: Summary, { outcomes, failed: at }: Applied, data: ValueRecord): Executed {
  const said = Object.entries(saidBy(at?.outcome))
  const entries = [...said, ['changed', outcomes.some(({ ok }) => ok)] as const, ...Object.entries(data)]
  return { ...base, ...failedModule(at?.message ?? 'the change failed', record(entries)) }
}

/** What a program said. The message tells what a server answered; all of the answer may be long, and hold what nobody should see. */
function saidBy(outcome: Outcome | undefined): ValueRecord {
  if (outcome?.http !== undefined) return record([['status', outcome.http.status]])
  return record([
    ['rc', outcome?.rc ?? null],
    ['stdout', outcome?.stdout ?? ''],
    ['stderr', outcome?.stderr ?? ''],
  ])
}

/** A change whose program said, when it ran, that there was nothing to do. */
export function wasNone(change: Change, outcomes: readonly Outcome[]): boolean {
  const { unchangedIf } = change
  if (unchangedIf === undefined) return false
  const outcome = outcomes.find(({ id }) => id === unchangedIf.id)
  return outcome !== undefined && new RegExp(unchangedIf.stdout, 'm').test(outcome.stdout)
}

export interface Summary {
  readonly changes: readonly string[]
  readonly diffs: Executed['diffs']
}

export function summary(task: TaskRun, changes: readonly Change[]): Summary {
  const real = changes.filter((change) => change.certainty !== 'observe')
  return {
    changes: real.map((change) => change.what),
    diffs: task.diff ? real.flatMap((change) => (change.diff === undefined ? [] : [change.diff])) : [],
  }
}

export function resultData(module: Resulting, planned: Planned, outcomes: readonly Outcome[]): ValueRecord | Failure {
  const result = module.result?.(planned.state, planned.args, outcomes) ?? {}
  return result instanceof Failure ? result : recordOf(result)
}

export function failureOf(failure: Failure): Executed {
  return failedModule(failure.hint === undefined ? failure.message : `${failure.message} (${failure.hint})`, fromFailure(failure))
}

export function failedModule(message: string, data?: ValueRecord): Executed {
  return { ...failed(message, data), failedBy: 'module' }
}

function fromFailure(failure: Failure): ValueRecord {
  return recordOf(failure.data)
}

function recordOf(data: Readonly<Record<string, unknown>>): ValueRecord {
  const value: Value = fromJson(data)
  return isRecord(value) ? value : record([])
}
