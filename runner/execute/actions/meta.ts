import { z } from 'zod'
import { RunnerError } from '../../base/error.ts'
import { defineAction } from './_define.ts'

const WORDS = [
  'noop',
  'flush_handlers',
  'refresh_inventory',
  'clear_facts',
  'clear_host_errors',
  'end_play',
  'end_batch',
  'end_host',
  'end_role',
  'reset_connection',
  'role_complete',
] as const

/** Steers the play; carried out by the strategy (`execute/meta.ts`), which never asks this action to run. */
export const meta = defineAction({
  name: 'meta',
  args: z.strictObject({ free_form: z.enum(WORDS) }),
  freeForm: 'free_form',
  run(task) {
    throw new RunnerError('bug', 'meta ran as a task', { source: task.step.source })
  },
})
