import { RunnerError } from '../base/error.ts'
import { isList, type Value } from '../base/value.ts'
import type { Inventory } from '../load/inventory-types.ts'
import { expandLimit } from '../load/pattern.ts'
import { createScope } from '../load/vars.ts'
import type { Warn } from '../load/warn.ts'
import type { Plan, Play } from '../plan/types.ts'
import type { Project } from './project.ts'

/** `--limit` as given, and what a file in it is relative to. */
export interface Limit {
  readonly text: string
  readonly cwd: string
}

export function limitOf(text: string | undefined, cwd: string): Limit | undefined {
  return text === undefined ? undefined : { text, cwd }
}

/** The hosts that `--limit` leaves, the names in a file for `@file`; undefined without one. @throws RunnerError `inventory` where it leaves none */
export function limitedHosts(limit: Limit | undefined, inventory: Inventory, warn: Warn): ReadonlySet<string> | undefined {
  if (limit === undefined) return undefined
  const pattern = expandLimit(limit.text, limit.cwd)
  const hosts = inventory.select(pattern)
  for (const name of inventory.unmatched(pattern)) warn(`Could not match supplied host pattern, ignoring: ${name}`)
  if (hosts.length > 0) return new Set(hosts)
  throw nobodyLeft()
}

export function nobodyLeft(): RunnerError {
  return new RunnerError('inventory', 'Specified inventory, host pattern and/or --limit leaves us with no hosts to target.', {
    hint: 'run inventory --graph shows groups and hosts',
  })
}

/** A run without hosts is most often an inventory that was forgotten. */
export function warnIfEmpty(inventory: Inventory, warn: Warn): void {
  if (inventory.hosts.length > 0) return
  warn("provided hosts list is empty, only localhost is available. Note that the implicit localhost does not match 'all'")
}

interface Context {
  readonly project: Project
  readonly inventory: Inventory
  readonly hosts: ReadonlySet<string> | undefined
}

/** The hosts of one play, `--limit` applied; none where its pattern needs what only the run knows. */
export function hostsOfPlay(play: Play, context: Context): readonly string[] {
  return knownHosts(play, context) ?? []
}

/** All hosts that the plays are about, each once. A play that may be about any counts for all of them. */
export function hostsOfPlan(plan: Plan, context: Context): readonly string[] {
  return [...new Set(plan.plays.flatMap((play) => knownHosts(play, context) ?? context.inventory.hosts))]
}

/** Of a pattern that holds templates, the play's variables, the defaults of its prompts and `-e` are known before the run. */
function knownHosts(play: Play, { project, inventory, hosts }: Context): readonly string[] | undefined {
  const defaults = play.varsPrompt.flatMap(({ name, source, default: value }) =>
    value === undefined ? [] : [[name, { value, source }] as const],
  )
  const scope = createScope([
    { layer: 'play vars', vars: play.vars },
    { layer: 'vars_prompt', vars: new Map(defaults) },
    { layer: 'extra vars', vars: project.extraVars },
  ])
  try {
    const selected = inventory.select(patterns(project.engine.render(play.hosts.value, scope)))
    return hosts === undefined ? selected : selected.filter((host) => hosts.has(host))
  } catch (error) {
    if (error instanceof RunnerError && error.code === 'undefined') return undefined
    throw error
  }
}

function patterns(value: Value): readonly string[] {
  if (isList(value)) return value.flatMap(patterns)
  return typeof value === 'string' ? [value] : []
}
