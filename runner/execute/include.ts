import { RunnerError } from '../base/error.ts'
import type { TaskRef } from '../base/event.ts'
import { emptyRecord, record, toPlain, Unknown, type Value } from '../base/value.ts'
import type { VarEntry, VarLayer } from '../load/layer.ts'
import { findIncluded } from '../plan/include.ts'
import { selectSteps } from '../plan/select.ts'
import type { HandlerStep, IncludeStep, Step } from '../plan/types.ts'
import type { Scope } from '../template/scope.ts'
import { conditionHolds } from './attempt.ts'
import type { PlayRun } from './context.ts'
import { type Executed, fromError } from './executed.ts'
import type { HostRun } from './host-run.ts'
import { evaluateLoop, itemLabel, itemVariables } from './loop.ts'
import { allSkipped } from './looped.ts'
import { resolvedArgument } from './render-args.ts'
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
  /** Of the loop's item. */
  readonly label: Value | undefined
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
      looped: step.keywords.loop !== undefined,
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
      const executed = collect(play, step, host, { ref, inclusions })
      if (executed !== undefined) finish(host, executed)
    } catch (error) {
      finish(host, withReason(error))
    }
  }
  const sink: Sink = { failed, finish, ref }
  const ready: Ready[] = []
  for (const inclusion of inclusions.values()) ready.push(...(await prepare(play, step, inclusion, sink)))
  for (const { steps, hosts: included } of ready) {
    const active = included.filter((host) => !failed.has(host) && !host.gone)
    if (active.length === 0) continue
    const losses = await runSteps(play, steps, active, place)
    for (const [host, outcome] of losses.failed) failed.set(host, outcome)
  }
  return { failed }
}

/** The failure of an include has its `reason` beside the message. */
function withReason(error: unknown): Executed {
  const executed = fromError(error)
  const reason = executed.error?.code === 'not-found' ? [['reason', executed.error.message] as const] : []
  return { ...executed, data: record([...Object.entries(executed.data), ...reason]) }
}

interface Sink {
  readonly failed: Map<HostRun, TaskOutcome>
  readonly finish: (host: HostRun, executed: Executed) => void
  readonly ref: TaskOutcome['ref']
}

/** What was included, and the hosts that go through it. */
interface Ready {
  readonly steps: readonly Step[]
  readonly hosts: readonly HostRun[]
}

/** Reads all that is included before any of it runs. A file that cannot be read as tasks ends the run. */
async function prepare(play: PlayRun, step: IncludeStep, inclusion: Inclusion, sink: Sink): Promise<readonly Ready[]> {
  const hosts = inclusion.hosts.filter((host) => !sink.failed.has(host) && !host.gone)
  if (hosts.length === 0) return []
  const { target, label } = inclusion
  try {
    const steps = await compile(play, step, inclusion)
    play.run.emit({ type: 'included', at: Date.now(), task: sink.ref, hosts: hosts.map((host) => host.name), file: target, label })
    for (const host of hosts) host.count('ok')
    return [{ steps, hosts }]
  } catch (error) {
    if (error instanceof RunnerError && (error.code === 'yaml' || error.code === 'syntax')) throw error
    const executed = withReason(error)
    for (const host of hosts) sink.finish(host, executed)
    return []
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
function collect(
  play: PlayRun,
  step: IncludeStep,
  host: HostRun,
  at: { ref: TaskRef; inclusions: Map<string, Inclusion> },
): Executed | undefined {
  const scope = stepScope(play, host, step)
  const { engine } = play.run.options
  const loop = step.keywords.loop === undefined ? undefined : evaluateLoop(step.keywords.loop, scope, engine)
  if (loop instanceof Unknown) return { status: 'unknown', data: emptyRecord(), message: loop.reason }
  const turns = loop === undefined ? [NO_LOCALS] : loop.items.map((item, index) => itemVariables(loop, index, item))
  const skips: Executed[] = []
  for (const locals of turns) {
    const inner = withLocals(scope, locals)
    const held = conditionHolds({ play, step, scope: inner })
    const label = loop === undefined ? undefined : itemLabel(loop, locals.get(loop.variable) ?? null, inner, engine)
    if (held === true) add(play, step, host, { inner, locals, label, inclusions: at.inclusions })
    else if (held.status === 'failed') return held
    else {
      skips.push(held)
      if (label !== undefined) skipItem(play, step, { host, ref: at.ref, scope: inner, label }, held)
    }
  }
  if (skips.length < turns.length) return undefined
  return loop === undefined ? skips[0] : allSkipped(skips)
}

const NO_LOCALS: ReadonlyMap<string, Value> = new Map()

function skipItem(
  play: PlayRun,
  step: IncludeStep,
  at: { host: HostRun; ref: TaskRef; scope: Scope; label: Value },
  executed: Executed,
): void {
  const result = taskResult({ play, step, scope: at.scope }, executed)
  play.run.emit({ type: 'item-result', at: Date.now(), task: at.ref, host: at.host.name, item: at.label, label: at.label, result })
}

function add(
  play: PlayRun,
  step: IncludeStep,
  host: HostRun,
  at: { inner: Scope; locals: ReadonlyMap<string, Value>; label: Value | undefined; inclusions: Map<string, Inclusion> },
): void {
  const args = new Map<string, Value>()
  const { engine } = play.run.options
  for (const [name, entry] of step.args)
    args.set(
      name,
      resolvedArgument(step, name, () => engine.render(entry.value, at.inner)),
    )
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
  if (known === undefined)
    at.inclusions.set(key, { target, args, params: { layer: 'include parameters', vars }, hosts: [host], label: at.label })
  else known.hosts.push(host)
}
