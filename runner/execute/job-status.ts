import { fromJson, isRecord, record, type Value, type ValueRecord } from '../base/value.ts'
import { readJob, readJobSteps } from '../host/job.ts'
import type { Session } from '../host/session.ts'
import { readOutcomes } from './_job-steps.ts'
import { actionsOf, appliedOf } from './apply.ts'
import { type Executed, failed, ok } from './executed.ts'
import { finish } from './module-result.ts'
import { linesOf } from './output-lines.ts'
import type { TaskRun } from './task-run.ts'

/** Where a job is. */
export interface JobPlace {
  readonly session: Session
  /** The folder of jobs; may begin with `~`. */
  readonly folder: string
  readonly id: string
}

/** How far a job is: with `finished` true it is the job's own result. */
export async function jobStatus(task: TaskRun, place: JobPlace): Promise<Executed> {
  const answer = await place.session.request({ script: readJob(place.folder, place.id), signal: task.signal })
  const text = answer.stdout.toString('utf8')
  const end = text.indexOf('\n')
  if (answer.rc !== 0) return noJob(place.id, text.slice(0, end))
  const content = text.slice(end + 1)
  const common = record([
    ['ansible_job_id', place.id],
    ['results_file', text.slice(0, end)],
    ['started', true],
  ])
  const data = parsed(content)
  if (data === undefined && content.trim() !== '') return failed(`Could not parse job output: ${content}`, withEnd(common, true))
  if (data === undefined || 'started' in data) return ok(record([...STREAMS, ...Object.entries(withEnd(common, isFinished(data)))]))
  const result = await ended(task, place, data)
  return { ...result, data: record([...STREAMS, ...Object.entries(result.data), ...Object.entries(withEnd(common, true))]) }
}

export function noJob(id: string, file?: string): Executed {
  const place: readonly (readonly [string, Value])[] = file === undefined ? [] : [['results_file', file]]
  const data = record([['ansible_job_id', id], ['started', true], ['finished', true], ...place, ...STREAMS])
  return { ...failed('could not find job', data), failedBy: 'module' }
}

const STREAMS: readonly (readonly [string, Value])[] = [
  ['stdout', ''],
  ['stdout_lines', []],
  ['stderr', ''],
  ['stderr_lines', []],
]

function withEnd(common: ValueRecord, finished: boolean): ValueRecord {
  return record([...Object.entries(common), ['finished', finished]])
}

function isFinished(data: ValueRecord | undefined): boolean {
  return data?.['finished'] === true || data?.['finished'] === 1
}

function parsed(text: string): ValueRecord | undefined {
  try {
    const value = fromJson(JSON.parse(text))
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Of a job that this run has started the module itself makes the result, as if it had been waited for. */
async function ended(task: TaskRun, place: JobPlace, data: ValueRecord): Promise<Executed> {
  const started = task.play.run.jobs.get(task.delegate.name, place.id)
  if (started === undefined || 'child_pid' in data) return byFile(data)
  const answer = await place.session.request({ script: readJobSteps(place.folder, place.id), signal: task.signal })
  if (answer.rc !== 0) return byFile(data)
  const { changes } = started.planned
  const outcomes = readOutcomes(
    actionsOf(changes).map(({ action }) => action),
    answer.stdout,
  )
  return finish(task, started.module, started.planned, appliedOf(changes, outcomes))
}

function byFile(data: ValueRecord): Executed {
  const entries = [
    ...Object.entries(data),
    ...(['stdout', 'stderr'] as const).map((name) => [`${name}_lines`, linesOf(data[name])] as const),
  ]
  const whole = record(entries.filter(([name]) => name !== 'changed' && name !== 'failed'))
  const message = data['msg']
  if (data['failed'] === true || data['failed'] === 1) return failed(typeof message === 'string' ? message : 'the job failed', whole)
  return { status: data['changed'] === true ? 'changed' : 'ok', data: whole }
}
