import { RunnerError } from '../base/error.ts'
import { isList, Secret, toPlain, type Value } from '../base/value.ts'
import { expandLimit } from '../load/pattern.ts'
import type { Play } from '../plan/types.ts'
import type { Scope } from '../template/scope.ts'
import { ordered } from './batches.ts'
import type { RunContext } from './context.ts'

/** Names that the play's pattern means within `--limit`, in the pattern's order: that of the variables about hosts. */
export function patternNames(run: RunContext, play: Play, scope: Scope): readonly string[] {
  const { inventory, limit, engine, cwd = '.' } = run.options
  const pattern = patternsOf(engine.render(play.hosts.value, scope), play)
  for (const name of inventory.unmatched(pattern)) run.warn(`Could not match supplied host pattern, ignoring: ${name}`, play.hosts.source)
  const allowed = limit === undefined ? undefined : new Set(inventory.select(expandLimit(limit, cwd)))
  return inventory.select(pattern).filter((name) => allowed === undefined || allowed.has(name))
}

/** The names in the order in which the play takes them. */
export function inPlayOrder(run: RunContext, play: Play, names: readonly string[], scope: Scope): readonly string[] {
  return ordered(names, play.order === undefined ? 'inventory' : String(toPlain(run.options.engine.render(play.order.value, scope))))
}

function patternsOf(value: Value, play: Play): readonly string[] {
  if (value instanceof Secret) return [value.reveal()]
  if (typeof value === 'string') return [value]
  if (isList(value) && value.every((item) => typeof item === 'string')) return value.map(String)
  throw new RunnerError('syntax', 'hosts must be a host pattern or a list of them', { source: play.hosts.source })
}
