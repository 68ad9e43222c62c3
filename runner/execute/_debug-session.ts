import { LazyRecord, Omit, record, type Value } from '../base/value.ts'
import type { VarEntry } from '../load/layer.ts'
import { templateOf } from '../load/text.ts'
import type { TaskStep } from '../plan/types.ts'
import type { Binding, Scope } from '../template/scope.ts'
import type { PlayRun } from './context.ts'
import { resultRecord } from './executed.ts'
import type { HostRun } from './host-run.ts'
import { stepScope } from './scope.ts'
import type { TaskOutcome } from './task.ts'

/** What was changed in the debugger for one task on one host, and what its expressions see. */
export class DebugSession {
  readonly #play: PlayRun
  readonly #host: HostRun
  readonly #written: TaskStep
  #step: TaskStep
  readonly #vars = new Map<string, Value>()

  constructor(play: PlayRun, step: TaskStep, host: HostRun) {
    this.#play = play
    this.#host = host
    this.#written = step
    this.#step = step
  }

  /** The task with its changed arguments. */
  get step(): TaskStep {
    return this.#step
  }

  /** Changed variables. */
  get vars(): ReadonlyMap<string, Value> {
    return this.#vars
  }

  update(): void {
    this.#step = this.#written
  }

  set(what: 'task.args' | 'task_vars', name: string, value: Value): void {
    const typed = typeof value === 'string' ? templateOf(value, undefined) : value
    if (what === 'task_vars') this.#vars.set(name, typed)
    else this.#step = { ...this.#step, args: new Map<string, VarEntry>([...this.#step.args, [name, { value: typed }]]) }
  }

  delete(what: 'task.args' | 'task_vars', name: string): void {
    if (what === 'task_vars') this.#vars.delete(name)
    else this.#step = { ...this.#step, args: new Map([...this.#step.args].filter(([known]) => known !== name)) }
  }

  evaluate(expression: string, outcome: TaskOutcome): Value {
    return this.#play.run.options.engine.evaluate(expression, this.#scope(outcome), undefined)
  }

  /** The names of the debugger alone: the task's variables are in `task_vars`. */
  #scope(outcome: TaskOutcome): Scope {
    const { engine } = this.#play.run.options
    const vars = stepScope(this.#play, this.#host, this.#step, this.#vars)
    const names = new Map<string, Value>([
      ['host', this.#host.name],
      ['task', this.#task(vars, outcome)],
      [
        'task_vars',
        new LazyRecord({
          get: (name) => {
            const binding = vars.get(name)
            return binding === undefined ? undefined : engine.render(binding.value, vars)
          },
          keys: () => vars.names(),
        }),
      ],
      ['result', resultOf(outcome)],
    ])
    return {
      get: (name): Binding | undefined => {
        const value = names.get(name)
        return value === undefined ? undefined : { value, layer: 'task debugger' }
      },
      names: () => names.keys(),
    }
  }

  #task(vars: Scope, { ref }: TaskOutcome): Value {
    const { engine } = this.#play.run.options
    const args = [...this.#step.args].map(([name, { value }]) => [name, rendered(() => engine.render(value, vars), value)] as const)
    return record([
      ['name', ref.name],
      ['action', ref.action],
      ['args', record(args.filter(([, value]) => !(value instanceof Omit)))],
    ])
  }
}

/** An argument that cannot be rendered is shown as it is written: it may be what is looked for. */
function rendered(render: () => Value, written: Value): Value {
  try {
    return render()
  } catch {
    return written
  }
}

function resultOf({ executed }: TaskOutcome): Value {
  const data = resultRecord(executed)
  return record([...Object.entries(data), ['_result', data], ['_return_data', data]])
}
