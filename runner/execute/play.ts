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

/** Runs one play: hosts in batches; in each, facts, the sections and their handlers. */
export async function runPlay(run: RunContext, whole: Play): Promise<void> {
  const play = selectPlay(whole, run.options.selection)
  const prompted = await askPrompts(run, play, playScope(run, play))
  const scope = playScope(run, play, prompted)
  const ref: PlayRef = { id: play.id, name: playName(run, play, scope), source: play.source }
  const matched = selectHosts(run, play, scope)
  if (matched.length === 0) {
    run.emit({ type: 'play-skipped', at: Date.now(), play: ref, reason: 'no-hosts-matched' })
    return
  }
  const hosts = matched.filter((host) => !host.gone)
  const strategy = strategyOf(run, play, scope)
  run.emit({ type: 'play-start', at: Date.now(), play: ref, hosts: hosts.map((host) => host.name), lockstep: isLockstep(strategy) })
  for (const host of hosts) host.ended = false
  for (const batch of batches(hosts, play.serial, scope, run.options.engine)) {
    const current = startBatch(run, play, { ref, hosts, batch, strategy, prompted })
    checkRoleArguments(current)
    await runBatch(current)
    if (current.ending === 'play' || current.ending === 'failed' || tooManyFailed(current, scope)) {
      if (current.ending !== 'play') run.emit({ type: 'no-more-hosts', at: Date.now(), play: ref })
      break
    }
  }
  run.emit({ type: 'play-end', at: Date.now(), play: ref })
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

function tooManyFailed(play: PlayRun, scope: Scope): boolean {
  const { maxFailPercentage } = play.play
  const gone = play.batch.filter((host) => host.gone).length
  if (gone === play.batch.length && gone > 0) return true
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
