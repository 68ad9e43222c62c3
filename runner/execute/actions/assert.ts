import { z } from 'zod'
import { isList, record, Secret, Template, toPlain, Unknown, type Value } from '../../base/value.ts'
import { bool } from '../../module/args.ts'
import { type Executed, ok, unknown } from '../executed.ts'
import { defineAction } from './_define.ts'

/** Fails at the first condition that does not hold. */
export const assert = defineAction({
  name: 'assert',
  args: z.strictObject({
    that: z.unknown(),
    fail_msg: z.unknown().optional(),
    success_msg: z.unknown().optional(),
    quiet: bool().default(false),
  }),
  aliases: { msg: 'fail_msg' },
  rawArgs: ['that'],
  run(task, args) {
    const { engine } = task.play.run.options
    const that = args.get('that') ?? null
    const display = args.get('quiet') === true ? undefined : 'always'
    const node = task.step.argNodes.get('that')
    for (const [index, condition] of (isList(that) ? that : [that]).entries()) {
      const holds = engine.condition(condition, task.scope, node?.items?.[index]?.source ?? node?.source ?? task.step.source)
      if (holds instanceof Unknown) return unknown(`whether '${textOf(condition)}' holds is not known: ${holds.reason}`)
      if (!holds) return { ...refusal(condition, args.get('fail_msg') ?? 'Assertion failed'), display }
    }
    return { ...ok(record([['msg', args.get('success_msg') ?? 'All assertions passed']])), display }
  },
})

function textOf(condition: Value): string {
  return condition instanceof Template ? condition.text : String(toPlain(condition))
}

function refusal(condition: Value, why: Value): Executed {
  const text = textOf(condition)
  const data = record([
    ['assertion', text],
    ['evaluated_to', false],
    ['msg', why],
  ])
  return { status: 'failed', data, message: `${spoken(why)}: ${text}` }
}

function spoken(value: Value): string {
  if (value instanceof Secret) return '***'
  return isList(value) ? value.map((line) => String(toPlain(line))).join('\n') : String(toPlain(value))
}
