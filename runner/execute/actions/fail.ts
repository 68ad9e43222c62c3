import { z } from 'zod'
import { record, toPlain } from '../../base/value.ts'
import { failed } from '../executed.ts'
import { defineAction } from './_define.ts'

export const fail = defineAction({
  name: 'fail',
  args: z.strictObject({ msg: z.unknown().optional() }),
  run(_task, args) {
    return failed(String(toPlain(args.get('msg') ?? 'Failed as requested from task')), record([]))
  },
})
