import { z } from 'zod'

const EVENT = z.looseObject({ type: z.string() })
const RESULT = z.looseObject({
  task: z.looseObject({ name: z.string() }),
  host: z.string(),
  result: z.looseObject({ status: z.string() }),
})

/** Names of the tasks that changed something of a host, each once and in order: of the output of `--output json`. */
export function changedTasks(output: string, host: string): readonly string[] {
  const names = output.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return []
    const event: unknown = JSON.parse(line)
    if (EVENT.parse(event).type !== 'host-task-result') return []
    const done = RESULT.parse(event)
    return done.host === host && done.result.status === 'changed' ? [done.task.name] : []
  })
  return [...new Set(names)]
}
