import { RunnerError } from '../base/error.ts'
import { isList, type Value } from '../base/value.ts'
import type { Inventory } from '../load/inventory-types.ts'
import { expandLimit } from '../load/pattern.ts'
import { createScope } from '../load/vars.ts'
import type { Plan, Play } from '../plan/types.ts'
import type { Project } from './project.ts'

/** The hosts that `--limit` leaves, the names in a file for `@file`; undefined without one. @throws RunnerError `inventory` where it leaves none */
export function limitedHosts(limit: string | undefined, inventory: Inventory): ReadonlySet<string> | undefined {
  if (limit === undefined) return undefined
  const hosts = inventory.select(expandLimit(limit))
  if (hosts.length > 0) return new Set(hosts)
  throw new RunnerError('inventory', `--limit ${limit} leaves no host`, { hint: 'run inventory --graph shows groups and hosts' })
}

/** The hosts of one play, `--limit` applied. Of host patterns that hold templates only `-e` variables are known here. */
export function hostsOfPlay(
  play: Play,
  {
    project,
    inventory,
    hosts,
  }: { readonly project: Project; readonly inventory: Inventory; readonly hosts: ReadonlySet<string> | undefined },
): readonly string[] {
  const scope = createScope([{ layer: 'extra vars', vars: project.extraVars }])
  const selected = inventory.select(patterns(project.engine.render(play.hosts.value, scope)))
  return hosts === undefined ? selected : selected.filter((host) => hosts.has(host))
}

/** All hosts that the plays are about, each once. */
export function hostsOfPlan(plan: Plan, context: Parameters<typeof hostsOfPlay>[1]): readonly string[] {
  return [...new Set(plan.plays.flatMap((play) => hostsOfPlay(play, context)))]
}

function patterns(value: Value): readonly string[] {
  if (isList(value)) return value.flatMap(patterns)
  return typeof value === 'string' ? [value] : []
}
