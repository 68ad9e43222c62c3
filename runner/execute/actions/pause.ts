import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { record } from '../../base/value.ts'
import { bool, float } from '../../module/args.ts'
import { ok } from '../executed.ts'
import { defineAction } from './_define.ts'

/** Waits; a prompt without seconds or minutes is answered at once, for a run has no terminal of its own. */
export const pause = defineAction({
  name: 'pause',
  args: z.strictObject({
    seconds: float().optional(),
    minutes: float().optional(),
    prompt: z.string().optional(),
    echo: bool().default(true),
  }),
  async run(task, args) {
    const seconds = Number(args.get('seconds') ?? 0) + Number(args.get('minutes') ?? 0) * 60
    const prompt = args.get('prompt')
    if (seconds <= 0) task.warn(`pause${typeof prompt === 'string' ? ` "${prompt}"` : ''}: not waiting for input`)
    else await sleep(seconds * 1000, undefined, { signal: task.signal }).catch(() => undefined)
    return ok(
      record([
        ['delta', seconds],
        ['stdout', `Paused for ${String(seconds)} seconds`],
        ['user_input', ''],
      ]),
    )
  },
})
