import { z } from 'zod'
import { record, toPlain } from '../../base/value.ts'
import { removeJob } from '../../host/job.ts'
import { str } from '../../module/args.ts'
import { jobFolder } from '../async.ts'
import { ok } from '../executed.ts'
import { type JobPlace, jobStatus, noJob } from '../job-status.ts'
import { targetOf } from '../module-task.ts'
import type { TaskRun } from '../task-run.ts'
import { defineAction } from './_define.ts'

/** How far a job is that a task with `async` has started, in this run or another one. */
export const asyncStatus = defineAction({
  name: 'async_status',
  args: z.strictObject({ jid: str(), mode: z.enum(['status', 'cleanup']).default('status') }),
  async run(task, args) {
    const target = targetOf(task)
    const session = await task.play.run.options.pool.session(target.settings, target.become)
    const place: JobPlace = { session, folder: jobFolder(task), id: String(toPlain(args.get('jid') ?? '')) }
    if (!/^[\w.-]+$/.test(place.id)) return noJob(place.id)
    return args.get('mode') === 'cleanup' ? cleanUp(task, place) : jobStatus(task, place)
  },
})

async function cleanUp(task: TaskRun, { session, folder, id }: JobPlace) {
  const answer = await session.request({ script: removeJob(folder, id), signal: task.signal })
  if (answer.rc !== 0) return noJob(id)
  return ok(
    record([
      ['ansible_job_id', id],
      ['erased', answer.stdout.toString('utf8').trim()],
      ['started', false],
      ['finished', false],
      ['stdout', ''],
      ['stdout_lines', []],
      ['stderr', ''],
      ['stderr_lines', []],
    ]),
  )
}
