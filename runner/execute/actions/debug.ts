import { z } from 'zod'
import { RunnerError } from '../../base/error.ts'
import { record, type Value, type ValueRecord } from '../../base/value.ts'
import { int } from '../../module/args.ts'
import { type Executed, ok, skipped } from '../executed.ts'
import { defineAction } from './_define.ts'

/** Prints a message or the value of an expression. */
export const debug = defineAction({
  name: 'debug',
  args: z.strictObject({ msg: z.unknown(), var: z.unknown(), verbosity: int().default(0) }).partial(),
  rawArgs: ['var'],
  run(task, args) {
    const { engine, verbosity } = task.play.run.options
    const needed = Number(args.get('verbosity') ?? 0)
    if (needed > verbosity) return skipped('Verbosity threshold not met.')
    if (!args.has('var')) return shown(record([['msg', args.has('msg') ? (args.get('msg') ?? null) : 'Hello world!']]))
    const name = args.get('var') ?? null
    const text = typeof name === 'string' ? name : null
    let value: Value
    try {
      value =
        text === null
          ? engine.render(name, task.scope)
          : engine.evaluate(text, task.scope, task.step.argNodes.get('var')?.source ?? task.step.source)
    } catch (error) {
      if (!(error instanceof RunnerError) || error.code !== 'undefined') throw error
      task.warn(`debug: ${error.message}`)
      value = `<< error 1 - ${error.message} >>`
    }
    return shown(record([[text ?? 'var', value]]))
  },
})

function shown(data: ValueRecord): Executed {
  return { ...ok(data), display: 'always' }
}
