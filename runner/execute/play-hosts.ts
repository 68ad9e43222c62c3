import { RunnerError } from '../base/error.ts'
import { isList, Secret, toPlain, type Value } from '../base/value.ts'
import { expandLimit } from '../load/pattern.ts'
import type { Play } from '../plan/types.ts'
import type { Scope } from '../template/scope.ts'
import { ordered } from './batches.ts'
import type { RunContext } from './context.ts'
import type { HostRun } from './host-run.ts'

/** The hosts that the play's pattern means within `--limit`, in the play's order. */
export function selectHosts(run: RunContext, play: Play, scope: Scope): readonly HostRun[] {
  const { inventory, limit, engine } = run.options
  const pattern = patternsOf(engine.render(play.hosts.value, scope), play)
  for (const name of inventory.unmatched(pattern)) run.warn(`Could not match supplied host pattern, ignoring: ${name}`, play.hosts.source)
  const selected = inventory.select(pattern)
  const allowed = limit === undefined ? undefined : new Set(inventory.select(expandLimit(limit)))
  const names = selected.filter((name) => allowed === undefined || allowed.has(name))
  return ordered(names, play.order === undefined ? 'inventory' : String(toPlain(engine.render(play.order.value, scope)))).map((name) =>
    run.host(name),
  )
}

function patternsOf(value: Value, play: Play): readonly string[] {
  if (value instanceof Secret) return [value.reveal()]
  if (typeof value === 'string') return [value]
  if (isList(value) && value.every((item) => typeof item === 'string')) return value.map(String)
  throw new RunnerError('syntax', 'hosts must be a host pattern or a list of them', { source: play.hosts.source })
}
