import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { main } from '../../runner/cli/main.ts'
import { toolOf } from '../../runner/cli/tools.ts'
import { testIo } from '../cli/_io.ts'
import type { Case } from './_case.ts'
import { normalise, type Outcome, type TaskLine } from './_outcome.ts'
import { ENVIRONMENT } from './_reference.ts'
import { inSandbox } from './_sandbox.ts'

/** Runs a case through us, in this process. */
export async function askOurs(each: Case): Promise<Outcome> {
  return inSandbox(each, async ({ folder }) => {
    const { env, args, tool, input } = each.settings
    const io = testIo({ env: { ...ENVIRONMENT, ...env, STACKRUN_JOURNAL: '1' }, cwd: folder, input, tool: toolOf(tool) })
    const exit = await main(args, io)
    return normalise({ exit, stdout: io.out(), stderr: io.err(), results: tool === 'ansible-playbook' ? journalled(folder) : [] }, folder)
  })
}

const eventSchema = z.looseObject({ type: z.string() })
const resultSchema = z.object({
  host: z.string(),
  task: z.object({ name: z.string(), action: z.string() }),
  result: z.object({ status: z.string(), ignored: z.boolean().optional(), data: z.record(z.string(), z.unknown()) }),
})

function journalled(folder: string): readonly TaskLine[] {
  const journals = join(folder, '.stackrun/journal')
  if (!existsSync(journals)) return []
  const files = readdirSync(journals).filter((file) => file.endsWith('.jsonl'))
  const lines = files.flatMap((file) => readFileSync(join(journals, file), 'utf8').split('\n'))
  return lines
    .filter((line) => line !== '')
    .map((line) => eventSchema.parse(JSON.parse(line)))
    .filter((event) => event.type === 'host-task-result' || (event.type === 'meta' && 'result' in event))
    .map((event): TaskLine => {
      const { host, task, result } = resultSchema.parse(event)
      const { censored, changed } = result.data
      return {
        task: task.name,
        host,
        status: result.ignored === true && result.status === 'failed' ? 'ignored' : result.status,
        data: censored === undefined ? result.data : { censored, changed },
      }
    })
}
