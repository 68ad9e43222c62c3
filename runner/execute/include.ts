import { RunnerError } from '../base/error.ts'
import { emptyRecord, toPlain, Unknown, type Value } from '../base/value.ts'
import type { VarEntry, VarLayer } from '../load/layer.ts'
import { findIncluded } from '../plan/include.ts'
import { selectSteps } from '../plan/select.ts'
import type { HandlerStep, IncludeStep, Step } from '../plan/types.ts'
import { conditionHolds } from './attempt.ts'
import type { PlayRun } from './context.ts'
import { type Executed, fromError } from './executed.ts'
import type { HostRun } from './host-run.ts'
import { evaluateLoop, itemVariables } from './loop.ts'
import { stepScope, withLocals } from './scope.ts'
import { countFailed, type Losses, type Place, runSteps, runsOnce } from './strategy.ts'
import { countTask } from './tally.ts'
import { type TaskOutcome, taskRef } from './task.ts'
import { taskResult } from './task-result.ts'

/** One file or role with the variables that it is included with; hosts that agree on all of it go on together. */
interface Inclusion {
  readonly target: string
  readonly args: ReadonlyMap<string, Value>
  readonly params: VarLayer
  readonly hosts: HostRun[]
}

/** `include_tasks` and `include_role`: decided per host, compiled once for all hosts that include the same. */
export async function runInclude(play: PlayRun, step: IncludeStep, hosts: readonly HostRun[], place: Place): Promise<Losses> {
  const [first] = hosts
  if (first === undefined) return { failed: new Map() }
  const ref = taskRef(play, step, first, place.handler)
  const runners = runsOnce(play, step, first) ? [first] : hosts
  play.run.emit({ type: 'task-start', at: Date.now(), task: ref, hosts: runners.map((host) => host.name) })
  const failed = new Map<HostRun, TaskOutcome>()
  const inclusions = new Map<string, Inclusion>()
  const finish = (host: HostRun, executed: Executed): void => {
    const outcome: TaskOutcome = { host, step, ref, executed, failed: executed.status === 'failed', unreachable: false }
    play.run.emit({
      type: 'host-task-result',
      at: Date.now(),
      task: ref,
      host: host.name,
      looped: false,
      result: taskResult({ step, play, scope: stepScope(play, host, step) }, executed),
      seconds: 0,
    })
    countTask(outcome)
    if (!outcome.failed) return
    if (!place.rescuable) countFailed(host)
    failed.set(host, outcome)
  }
  for (const host of runners) {
    try {
      const executed = collect(play, step, host, inclusions)
      if (executed !== undefined) finish(host, executed)
    } catch (error) {
      finish(host, fromError(error))
    }
  }
  for (const inclusion of inclusions.values()) {
    const active = inclusion.hosts.filter((host) => !failed.has(host) && !host.gone)
    await runInclusion(play, step, { ...inclusion, hosts: active }, { place, failed, finish, ref })
  }
  return { failed }
}

interface Sink {
  readonly place: Place
  readonly failed: Map<HostRun, TaskOutcome>
  readonly finish: (host: HostRun, executed: Executed) => void
  readonly ref: TaskOutcome['ref']
}

async function runInclusion(play: PlayRun, step: IncludeStep, inclusion: Inclusion, sink: Sink): Promise<void> {
  if (inclusion.hosts.length === 0) return
  try {
    const steps = await compile(play, step, inclusion)
    play.run.emit({
      type: 'included',
      at: Date.now(),
      task: sink.ref,
      hosts: inclusion.hosts.map((host) => host.name),
      file: inclusion.target,
    })
    for (const host of inclusion.hosts) host.count('ok')
    const losses = await runSteps(play, steps, inclusion.hosts, sink.place)
    for (const [host, outcome] of losses.failed) sink.failed.set(host, outcome)
  } catch (error) {
    const executed = fromError(error)
    for (const host of inclusion.hosts) sink.finish(host, executed)
  }
}

async function compile(play: PlayRun, step: IncludeStep, inclusion: Inclusion): Promise<readonly Step[]> {
  const { includes, selection } = play.run.options
  if (step.what === 'tasks') return selectSteps(await includes.tasks(step, inclusion.target, [inclusion.params]), selection)
  const text = (name: string): string | undefined => {
    const value = inclusion.args.get(name)
    return typeof value === 'string' ? value : undefined
  }
  const compiled = await includes.role(
    step,
    {
      name: inclusion.target,
      tasksFrom: text('tasks_from'),
      varsFrom: text('vars_from'),
      defaultsFrom: text('defaults_from'),
      handlersFrom: text('handlers_from'),
      public: inclusion.args.get('public') === true,
    },
    [inclusion.params],
  )
  addHandlers(play, compiled.handlers)
  play.publicLayers.push(...compiled.publicLayers)
  return selectSteps(compiled.steps, selection)
}

function addHandlers(play: PlayRun, handlers: readonly HandlerStep[]): void {
  for (const handler of handlers) if (!play.handlers.includes(handler)) play.handlers.push(handler)
}

/** Adds the host to what it includes; a result instead where the include is skipped. */
function collect(play: PlayRun, step: IncludeStep, host: HostRun, inclusions: Map<string, Inclusion>): Executed | undefined {
  const scope = stepScope(play, host, step)
  const { engine } = play.run.options
  const loop = step.keywords.loop === undefined ? undefined : evaluateLoop(step.keywords.loop, scope, engine)
  if (loop instanceof Unknown) return { status: 'unknown', data: emptyRecord(), message: loop.reason }
  const turns = loop === undefined ? [new Map<string, Value>()] : loop.items.map((item, index) => itemVariables(loop, index, item))
  let skippedResult: Executed | undefined
  let included = false
  for (const locals of turns) {
    const inner = withLocals(scope, locals)
    const held = conditionHolds({ play, step, scope: inner })
    if (held !== true) {
      if (held.status === 'failed') return held
      skippedResult = held
      continue
    }
    included = true
    add(play, step, host, { inner, locals, inclusions })
  }
  return included ? undefined : (skippedResult ?? { status: 'skipped', data: emptyRecord(), message: 'No items in the list' })
}

function add(
  play: PlayRun,
  step: IncludeStep,
  host: HostRun,
  at: { inner: ReturnType<typeof stepScope>; locals: ReadonlyMap<string, Value>; inclusions: Map<string, Inclusion> },
): void {
  const args = new Map<string, Value>()
  for (const [name, entry] of step.args) args.set(name, play.run.options.engine.render(entry.value, at.inner))
  const name = args.get(step.what === 'tasks' ? 'file' : 'name') ?? args.get('_raw_params')
  if (typeof name !== 'string')
    throw new RunnerError(
      'argument',
      step.what === 'tasks' ? 'include_tasks needs the name of a file' : 'include_role needs the name of a role',
      { source: step.source },
    )
  const target = step.what === 'tasks' ? findIncluded(step, name) : name
  const vars = new Map<string, VarEntry>([...at.locals].map(([key, value]) => [key, { value, source: step.source }] as const))
  const key = JSON.stringify([
    target,
    [...args].map(([arg, value]) => [arg, toPlain(value)]),
    [...at.locals].map(([local, value]) => [local, toPlain(value)]),
  ])
  const known = at.inclusions.get(key)
  if (known === undefined) at.inclusions.set(key, { target, args, params: { layer: 'include parameters', vars }, hosts: [host] })
  else known.hosts.push(host)
}
