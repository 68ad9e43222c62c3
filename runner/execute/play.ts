import type { PlayRef } from '../base/event.ts'
import { toPlain } from '../base/value.ts'
import type { VarMap } from '../load/layer.ts'
import { selectPlay } from '../plan/select.ts'
import { isLockstep, readStrategy, type Strategy } from '../plan/strategies.ts'
import type { Play } from '../plan/types.ts'
import type { Scope } from '../template/scope.ts'
import { batches } from './batches.ts'
import type { PlayRun, RunContext } from './context.ts'
import type { HostRun } from './host-run.ts'
import { selectHosts } from './play-hosts.ts'
import { playScope, playVarsFiles } from './play-vars.ts'
import { checkRoleArguments, secretNamesOf } from './preflight.ts'
import { askPrompts } from './prompts.ts'
import { runBatch } from './sections.ts'
import { Slots } from './slots.ts'

/** Runs one play: hosts in batches; in each, facts, the sections and their handlers. `stop`: later plays do not run. */
export async function runPlay(run: RunContext, whole: Play): Promise<'go on' | 'stop'> {
  const play = selectPlay(whole, run.options.selection)
  const prompted = await askPrompts(run, play, playScope(run, play))
  const scope = playScope(run, play, prompted)
  const ref: PlayRef = { id: play.id, name: playName(run, play, scope), source: play.source }
  const matched = selectHosts(run, play, scope)
  if (matched.length === 0) {
    run.emit({ type: 'play-skipped', at: Date.now(), play: ref, reason: 'no-hosts-matched' })
    return 'go on'
  }
  const hosts = matched.filter((host) => !host.gone)
  const strategy = strategyOf(run, play, scope)
  run.emit({ type: 'play-start', at: Date.now(), play: ref, hosts: hosts.map((host) => host.name), lockstep: isLockstep(strategy) })
  for (const host of hosts) host.ended = false
  const after = await runBatches(run, play, { ref, hosts, strategy, prompted }, scope)
  run.emit({ type: 'play-end', at: Date.now(), play: ref })
  return after
}

async function runBatches(run: RunContext, play: Play, whole: Omit<Batch, 'batch'>, scope: Scope): Promise<'go on' | 'stop'> {
  const { ref } = whole
  for (const batch of batches(whole.hosts, play.serial, scope, run.options.engine)) {
    run.emit({ type: 'batch-start', at: Date.now(), play: ref, hosts: batch.map((host) => host.name) })
    const current = startBatch(run, play, { ...whole, batch })
    checkRoleArguments(current)
    await runBatch(current)
    if (current.ending === 'play') break
    const broken = current.ending === 'failed' || tooManyFailed(current, scope)
    if (broken) run.emit({ type: 'no-more-hosts', at: Date.now(), play: ref })
    if (broken || allGone(current)) return 'stop'
  }
  return 'go on'
}

interface Batch {
  readonly ref: PlayRef
  readonly hosts: readonly HostRun[]
  readonly batch: readonly HostRun[]
  readonly strategy: Strategy
  readonly prompted: VarMap
}

function startBatch(run: RunContext, play: Play, at: Batch): PlayRun {
  const { strategy, prompted } = at
  const current: PlayRun = {
    run,
    play,
    playName: at.ref.name,
    allHosts: at.hosts,
    batch: at.batch,
    playVars: play.vars,
    varsFiles: new Map(),
    prompted,
    secretNames: secretNamesOf(play),
    handlers: [...play.handlers],
    publicLayers: [],
    strategy,
    slots: new Slots(strategy, run.options.forks),
    ending: 'no',
  }
  return { ...current, varsFiles: playVarsFiles(current) }
}

function strategyOf(run: RunContext, play: Play, scope: Scope): Strategy {
  if (play.strategy === undefined) return 'linear'
  const strategy = readStrategy(run.options.engine.render(play.strategy.value, scope), play.strategy.source)
  if (!isLockstep(strategy) && play.maxFailPercentage !== undefined)
    run.warn(`max_fail_percentage has no effect with the strategy ${strategy}: each host goes its own way`, play.maxFailPercentage.source)
  return strategy
}

/** A batch that failed as a whole ends the run: nothing says that the next one would do better. */
function allGone({ batch }: PlayRun): boolean {
  return batch.length > 0 && batch.every((host) => host.gone)
}

function tooManyFailed(play: PlayRun, scope: Scope): boolean {
  const { maxFailPercentage } = play.play
  const gone = play.batch.filter((host) => host.gone).length
  if (maxFailPercentage === undefined || !isLockstep(play.strategy)) return false
  const limit = Number(toPlain(play.run.options.engine.render(maxFailPercentage.value, scope)))
  return (gone / play.batch.length) * 100 > limit
}

function playName(run: RunContext, play: Play, scope: Scope): string {
  try {
    return String(toPlain(run.options.engine.render(play.name, scope)))
  } catch {
    return String(toPlain(play.name))
  }
}
