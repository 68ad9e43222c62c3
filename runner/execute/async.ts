import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { RunnerError } from '../base/error.ts'
import { record, toPlain, type Value, type ValueRecord } from '../base/value.ts'
import { startJob, writeJobResult } from '../host/job.ts'
import { Failure } from '../module/change.ts'
import { okPattern } from './_apply-request.ts'
import { isShippable, type Part, prepare } from './_apply-script.ts'
import { type ApplyTarget, actionsOf, applyChanges } from './apply.ts'
import { type Target } from './connection-vars.ts'
import { environmentOf } from './environment.ts'
import { type Executed, failed, resultRecord } from './executed.ts'
import { jobStatus } from './job-status.ts'
import { finish, type Planned, type Resulting, resultData } from './module-result.ts'
import type { TaskRun } from './task-run.ts'

const DEFAULT_POLL = 15

/** The seconds of `async`; 0 where the task is an ordinary one. Check mode predicts it like one. */
export function asyncLimit(task: TaskRun): number {
  const keyword = task.step.keywords.async
  if (keyword === undefined) return 0
  const limit = Number(toPlain(task.play.run.options.engine.render(keyword, task.scope)))
  if (Number.isFinite(limit) && limit >= 0) return limit
  throw new RunnerError('variable', `'async' must be a number of seconds, got ${String(limit)}`, { source: task.step.source })
}

/** The folder of jobs, where `async_status` looks for them too. */
export function jobFolder(task: TaskRun): string {
  const binding = task.scope.get('ansible_async_dir')
  const value = binding === undefined ? undefined : task.play.run.options.engine.render(binding.value, task.scope)
  return typeof value === 'string' && value !== '' ? value : (environmentOf(task)['ANSIBLE_ASYNC_DIR'] ?? '~/.ansible_async')
}

interface Async {
  readonly on: ApplyTarget
  readonly target: Target
  /** Seconds. */
  readonly limit: number
}

/**
 * Does a plan's actions as a job that outlives the connection. What the controller has a part in (an HTTP request, a long wait,
 * a large file) cannot be left to the host: such a plan is carried out at once, and its result kept where a job's would be.
 */
export async function runAsync(task: TaskRun, module: Resulting, planned: Planned, how: Async): Promise<Executed> {
  const id = `j${String(randomInt(10 ** 11, 10 ** 12))}.${String(randomInt(1000, 99999))}`
  const parts = await detachable(planned, how.on)
  if (parts === undefined) return atOnce(task, module, planned, { ...how, id })
  const file = await start(
    how.on,
    parts.length === 0 ? doneScript(task, module, planned, id) : jobScript(task, module, planned, { ...how, id, parts }),
  )
  task.play.run.jobs.add(task.delegate.name, id, { module, planned })
  const poll = pollOf(task)
  if (poll > 0) return waitFor(task, { ...how, id, poll })
  return { status: 'changed', data: startedData(id, file, false), changes: planned.changes.map(({ what }) => what) }
}

/** Where there is nothing to do the result is known already. */
function doneScript(task: TaskRun, module: Resulting, planned: Planned, id: string): string {
  return writeJobResult(jobFolder(task), id, jsonOf(task, resultRecord(finish(task, module, planned, { outcomes: [] }))))
}

function jobScript(task: TaskRun, module: Resulting, planned: Planned, { id, limit, parts }: JobParts): string {
  const steps = parts.map(({ script, action }) => ({ script, ok: okPattern(action) }))
  return startJob({ folder: jobFolder(task), id, limit, steps, known: knownOf(task, module, planned) })
}

interface JobParts {
  readonly id: string
  readonly limit: number
  readonly parts: readonly Part[]
}

/** For a file of the host: without secrets. */
function jsonOf(task: TaskRun, value: Value): string {
  return task.play.run.options.secrets.mask(JSON.stringify(toPlain(value)))
}

function startedData(id: string, file: string, finished: boolean): ValueRecord {
  return record([
    ['ansible_job_id', id],
    ['results_file', file],
    ['started', true],
    ['finished', finished],
  ])
}

/** The plan's actions as scripts; undefined where one of them needs the controller. */
async function detachable(planned: Planned, on: ApplyTarget): Promise<readonly Part[] | undefined> {
  const parts: Part[] = []
  for (const { action } of actionsOf(planned.changes)) {
    if (!isShippable(action)) return undefined
    const part = await prepare(action, on)
    if (part.before !== undefined) return undefined
    parts.push(part)
  }
  return parts
}

/** The members of the result that are known before anything has run, such as a command's words. Secrets stay out of the file. */
function knownOf(task: TaskRun, module: Resulting, planned: Planned): string {
  const data = resultData(module, planned, [])
  if (data instanceof Failure) return ''
  const members = Object.entries(data).filter(([name]) => !LATER.has(name))
  return members
    .map(([name, value]) => `${JSON.stringify(name)}: ${task.play.run.options.secrets.mask(JSON.stringify(toPlain(value)))}, `)
    .join('')
}

const LATER = new Set(['changed', 'failed', 'rc', 'stdout', 'stdout_lines', 'stderr', 'stderr_lines', 'start', 'end', 'delta', 'msg'])

async function start({ session, signal }: ApplyTarget, script: string): Promise<string> {
  const answer = await session.request({ script, signal })
  if (answer.rc === 0) return answer.stdout.toString('utf8')
  throw new RunnerError('transfer', `the job could not be started: ${answer.stderr.toString('utf8').trim()}`)
}

function pollOf(task: TaskRun): number {
  const keyword = task.step.keywords.poll
  const poll = keyword === undefined ? DEFAULT_POLL : Number(toPlain(task.play.run.options.engine.render(keyword, task.scope)))
  return Number.isFinite(poll) && poll > 0 ? poll : 0
}

interface Waiting extends Async {
  readonly id: string
  /** The longest time between two questions; seconds. */
  readonly poll: number
}

/** Asks often at first: most jobs are short. A connection that is lost meanwhile is opened again, the job does not need it. */
async function waitFor(task: TaskRun, { id, limit, poll, target }: Waiting): Promise<Executed> {
  const end = performance.now() + limit * 1000
  let pause = Math.min(0.1, poll)
  let told = performance.now()
  for (;;) {
    await sleep(Math.max(0, Math.min(pause * 1000, end - performance.now())), undefined, { signal: task.signal })
    const late = performance.now() >= end
    const status = await asked(task, { id, target }, late)
    if (status !== undefined && status.data['finished'] !== false) {
      tell(task, id, status.status === 'failed' ? 'failed' : 'ok')
      return status
    }
    if (late) {
      tell(task, id, 'failed')
      return tooLate(limit, status)
    }
    if (performance.now() >= told + poll * 1000) {
      tell(task, id, 'running')
      told = performance.now()
    }
    pause = Math.min(pause * 2, poll)
  }
}

function tell({ play, ref, host }: TaskRun, id: string, state: 'running' | 'ok' | 'failed'): void {
  play.run.emit({ type: 'job', at: Date.now(), task: ref, host: host.name, id, state })
}

async function asked(task: TaskRun, { id, target }: Pick<Waiting, 'id' | 'target'>, late: boolean): Promise<Executed | undefined> {
  try {
    const session = await task.play.run.options.pool.session(target.settings, target.become)
    return await jobStatus(task, { session, folder: jobFolder(task), id })
  } catch (error) {
    if (late || !(error instanceof RunnerError) || error.code !== 'unreachable') throw error
    task.warn(`${task.host.name} was lost while the job ${id} runs there: ${error.message}`)
    return undefined
  }
}

function tooLate(limit: number, status: Executed | undefined): Executed {
  return failed(
    `async task did not complete within the requested time - ${String(limit)}s`,
    record(status === undefined ? [] : [['async_result', status.data]]),
  )
}

async function atOnce(
  task: TaskRun,
  module: Resulting,
  planned: Planned,
  { on, limit, id }: Async & { readonly id: string },
): Promise<Executed> {
  const over = AbortSignal.timeout(limit * 1000)
  const signal = AbortSignal.any([on.signal, over])
  const applied = await applyChanges(planned.changes, { ...on, signal }).catch((error: unknown) => {
    if (over.aborted && !on.signal.aborted) return undefined
    throw error
  })
  const executed = applied === undefined ? tooLate(limit, undefined) : finish(task, module, planned, applied)
  const file = await start(on, writeJobResult(jobFolder(task), id, jsonOf(task, resultRecord(executed))))
  return { ...executed, data: record([...Object.entries(executed.data), ...Object.entries(startedData(id, file, true))]) }
}
