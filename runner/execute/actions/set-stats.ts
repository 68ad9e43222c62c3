import { z } from 'zod'
import { RunnerError } from '../../base/error.ts'
import { isRecord, record } from '../../base/value.ts'
import { bool } from '../../module/args.ts'
import { ok } from '../executed.ts'
import { defineAction } from './_define.ts'

/** Reports figures of the play's own choosing. */
export const setStats = defineAction({
  name: 'set_stats',
  args: z.strictObject({ data: z.unknown(), per_host: bool().default(false), aggregate: bool().default(true) }),
  run(task, args) {
    const data = args.get('data')
    if (data === undefined || !isRecord(data))
      throw new RunnerError('argument', "The 'data' option needs to be a dictionary/hash", { source: task.step.source })
    const wrong = Object.keys(data).find((name) => !/^[A-Za-z_]\w*$/.test(name))
    if (wrong !== undefined)
      throw new RunnerError('variable', `Invalid variable name '${wrong}'.`, {
        source: task.step.argNodes.get('data')?.source ?? task.step.source,
        help: 'Variable names must be strings starting with a letter or underscore character, and contain only letters, numbers and underscores.',
      })
    const perHost = args.get('per_host') === true
    const aggregate = args.get('aggregate') !== false
    task.play.run.emit({ type: 'stats', at: Date.now(), host: perHost ? task.host.name : undefined, aggregate, data })
    const stats = record([
      ['data', data],
      ['per_host', perHost],
      ['aggregate', aggregate],
    ])
    return ok(record([['ansible_stats', stats]]))
  },
})
