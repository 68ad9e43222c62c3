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
import { inPlayOrder, patternNames } from './play-hosts.ts'
import { playScope, playVarsFiles } from './play-vars.ts'
import { checkRoleArguments, secretNamesOf } from './preflight.ts'
import { askPrompts } from './prompts.ts'
import { warnOfReserved } from './reserved.ts'
import { runBatch } from './sections.ts'
import { Slots } from './slots.ts'

/** `end` goes on with the next play; `stop` ends the run, as where all hosts of a batch have failed. */
export type Verdict = 'on' | 'end' | 'stop'

/** Runs one play: hosts in batches; in each, facts, the sections and their handlers. */
export async function runPlay(run: RunContext, whole: Play): Promise<Verdict> {
  const play = selectPlay(whole, run.options.selection)
  const prompted = await askPrompts(run, play, playScope(run, play))
  const scope = playScope(run, play, prompted)
  const ref: PlayRef = { id: play.id, name: playName(run, play, scope), source: play.source }
  const named = patternNames(run, play, scope)
  const matched = inPlayOrder(run, play, named, scope).map((name) => run.host(name))
  if (matched.length === 0) {
    run.emit({ type: 'play-skipped', at: Date.now(), play: ref, reason: 'no-hosts-matched' })
    return 'on'
  }
  if (matched.every((host) => host.gone)) {
    run.emit({ type: 'play-skipped', at: Date.now(), play: ref, reason: 'no-hosts-left' })
    return 'on'
  }
  const strategy = strategyOf(run, play, scope)
  for (const host of matched) host.enterPlay()
  const present = matched.filter((host) => !host.gone).map((host) => host.name)
  run.emit({ type: 'play-start', at: Date.now(), play: ref, hosts: present, lockstep: isLockstep(strategy) })
  const verdict = await runBatches(
    run,
    play,
    { ref, hosts: matched, listed: named.map((name) => run.host(name)), strategy, prompted },
    scope,
  )
  run.emit({ type: 'play-end', at: Date.now(), play: ref })
  return verdict
}

async function runBatches(run: RunContext, play: Play, whole: Omit<Batch, 'batch'>, scope: Scope): Promise<Verdict> {
  for (const batch of batches(whole.hosts, play.serial, scope, run.options.engine)) {
    const before = batch.filter((host) => host.gone)
    const present = batch.filter((host) => !host.gone).map((host) => host.name)
    run.emit({ type: 'batch-start', at: Date.now(), play: whole.ref, hosts: present })
    const current = startBatch(run, play, { ...whole, batch })
    warnOfReserved(current)
    checkRoleArguments(current)
    await runBatch(current)
    const verdict = judge(current, before)
    if (verdict !== 'on') return verdict
  }
  return 'on'
}

/** Whether the next batch, and after it the next play, may begin. */
function judge(play: PlayRun, before: readonly HostRun[]): Verdict {
  if (play.ending === 'play') return 'end'
  if (play.ending === 'failed') {
    play.run.emit({ type: 'no-more-hosts', at: Date.now(), play: { id: play.play.id, name: play.playName, source: play.play.source } })
    for (const host of play.batch) if (!host.gone) host.failed = true
    return 'stop'
  }
  const gone = play.batch.filter((host) => host.gone).length
  return gone > 0 && gone - before.length === play.batch.length ? 'stop' : 'on'
}

interface Batch {
  readonly ref: PlayRef
  readonly hosts: readonly HostRun[]
  /** The same in the order of the pattern. */
  readonly listed: readonly HostRun[]
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
    allHosts: at.listed,
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

function playName(run: RunContext, play: Play, scope: Scope): string {
  try {
    return String(toPlain(run.options.engine.render(play.name, scope)))
  } catch {
    return String(toPlain(play.name))
  }
}
