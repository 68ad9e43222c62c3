import { RunnerError } from '../base/error.ts'
import type { PlayRef } from '../base/event.ts'
import { isList, toPlain, type Value } from '../base/value.ts'
import { expandLimit } from '../load/pattern.ts'
import { selectPlay } from '../plan/select.ts'
import type { Play } from '../plan/types.ts'
import { EMPTY_SCOPE, type Scope } from '../template/scope.ts'
import { batches, ordered } from './batches.ts'
import type { PlayRun, RunContext } from './context.ts'
import { gatherFactsFor } from './gather.ts'
import { flushHandlers } from './handlers.ts'
import type { HostRun } from './host-run.ts'
import { playScope, playVarsFiles } from './play-vars.ts'
import { checkRoleArguments, secretNamesOf } from './preflight.ts'
import { runSteps } from './strategy.ts'

/** Runs one play: hosts in batches; in each, facts, the sections and their handlers. */
export async function runPlay(run: RunContext, whole: Play): Promise<void> {
  const play = selectPlay(whole, run.options.selection)
  const scope = playScope(run, play)
  const ref: PlayRef = { id: play.id, name: playName(run, play, scope), source: play.source }
  const matched = selectHosts(run, play, scope)
  if (matched.length === 0) {
    run.emit({ type: 'play-skipped', at: Date.now(), play: ref, reason: 'no-hosts-matched' })
    return
  }
  const hosts = matched.filter((host) => !host.gone)
  run.emit({ type: 'play-start', at: Date.now(), play: ref, hosts: hosts.map((host) => host.name) })
  for (const host of hosts) host.ended = false
  for (const batch of batches(hosts, play.serial, scope, run.options.engine)) {
    const current = startBatch(run, play, { ref, hosts, batch })
    await runBatch(current)
    if (current.ending === 'play' || current.ending === 'failed' || tooManyFailed(current, scope)) {
      if (current.ending !== 'play') run.emit({ type: 'no-more-hosts', at: Date.now(), play: ref })
      break
    }
  }
  run.emit({ type: 'play-end', at: Date.now(), play: ref })
}

function startBatch(run: RunContext, play: Play, at: { ref: PlayRef; hosts: readonly HostRun[]; batch: readonly HostRun[] }): PlayRun {
  const current: PlayRun = {
    run,
    play,
    playName: at.ref.name,
    allHosts: at.hosts,
    batch: at.batch,
    playVars: play.vars,
    varsFiles: new Map(),
    prompted: new Map(),
    secretNames: secretNamesOf(play),
    handlers: [...play.handlers],
    publicLayers: [],
    ending: 'no',
  }
  return { ...current, varsFiles: playVarsFiles(current) }
}

async function runBatch(play: PlayRun): Promise<void> {
  checkRoleArguments(play)
  await gatherFactsFor(play)
  for (const section of play.play.sections) {
    if (isEnding(play)) return
    const active = (): HostRun[] => play.batch.filter((host) => !host.gone)
    const losses = await runSteps(play, section.steps, active(), { rescuable: false, handler: false })
    await leave(play, [...losses.failed.keys()])
    if (isEnding(play)) return
    const flushed = await flushHandlers(play, active())
    await leave(play, [...flushed.keys()])
  }
}

/** Asked anew each time: `meta` tasks end a play while its steps run. */
function isEnding(play: PlayRun): boolean {
  return play.ending !== 'no'
}

/** Failed hosts are out of the run; with `force_handlers` what they were told to do before is still done. */
async function leave(play: PlayRun, failed: readonly HostRun[]): Promise<void> {
  if (failed.length === 0) return
  const { options } = play.run
  const forced =
    play.play.forceHandlers === undefined ? options.forceHandlers : options.engine.render(play.play.forceHandlers, EMPTY_SCOPE) === true
  if (forced) await flushHandlers(play, failed)
  for (const host of failed) {
    host.failed = true
    host.notified.clear()
  }
}

function tooManyFailed(play: PlayRun, scope: Scope): boolean {
  const { maxFailPercentage } = play.play
  const gone = play.batch.filter((host) => host.gone).length
  if (gone === play.batch.length && gone > 0) return true
  if (maxFailPercentage === undefined) return false
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

/** The hosts that the play's pattern means within `--limit`, in the play's order. */
function selectHosts(run: RunContext, play: Play, scope: Scope): readonly HostRun[] {
  const { inventory, limit, engine } = run.options
  const pattern = patternsOf(engine.render(play.hosts.value, scope), play)
  const unmatched = inventory.unmatched(pattern)
  for (const name of unmatched)
    run.emit({
      type: 'warning',
      at: Date.now(),
      message: `Could not match supplied host pattern, ignoring: ${name}`,
      source: play.hosts.source,
    })
  const selected = inventory.select(pattern)
  const allowed = limit === undefined ? undefined : new Set(inventory.select(expandLimit(limit)))
  const names = selected.filter((name) => allowed === undefined || allowed.has(name))
  return ordered(names, play.order === undefined ? 'inventory' : String(toPlain(engine.render(play.order.value, scope)))).map((name) =>
    run.host(name),
  )
}

function patternsOf(value: Value, play: Play): readonly string[] {
  if (typeof value === 'string') return [value]
  if (isList(value) && value.every((item) => typeof item === 'string')) return value.map(String)
  throw new RunnerError('syntax', 'hosts must be a host pattern or a list of them', { source: play.hosts.source })
}
