import { z } from 'zod'
import { RunnerError } from '../../base/error.ts'
import { isList, isRecord, record, type Value, type ValueRecord } from '../../base/value.ts'
import { int } from '../../module/args.ts'
import { type Executed, ok, skipped } from '../executed.ts'
import type { TaskRun } from '../task-run.ts'
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
    return shown(record([[text ?? 'var', text === null ? engine.render(name, task.scope) : variable(task, text)]]))
  },
})

/** An expression's value; what is undefined in it is told, and stands as a text in its place. */
function variable(task: TaskRun, expression: string): Value {
  const { engine } = task.play.run.options
  const source = task.step.argNodes.get('var')?.source ?? task.step.source
  const errors: RunnerError[] = []
  const tolerant = (render: () => Value, inside: Value): Value => {
    try {
      return render()
    } catch (error) {
      if (!(error instanceof RunnerError) || error.code !== 'undefined') throw error
      if (isList(inside)) return inside.map((item) => tolerant(() => engine.render(item, task.scope), item))
      if (isRecord(inside))
        return record(Object.entries(inside).map(([key, item]) => [key, tolerant(() => engine.render(item, task.scope), item)] as const))
      errors.push(error)
      return `<< error ${String(errors.length)} - ${error.message} >>`
    }
  }
  const value = tolerant(() => engine.evaluate(expression, task.scope, source), task.scope.get(expression)?.value ?? null)
  if (errors.length > 0) {
    const lines = errors.map((error, at) => `error ${String(at + 1)} - ${error.message}`)
    task.warn([`Encountered ${String(errors.length)} template error${errors.length === 1 ? '' : 's'}.`, ...lines].join('\n'), source)
  }
  return value
}

function shown(data: ValueRecord): Executed {
  return { ...ok(data), display: 'always' }
}
