import type { Source } from '../base/source.ts'
import { isReservedName } from '../plan/reserved-names.ts'
import type { PlayRun, RunContext } from './context.ts'

/** Warns of a variable that has the name of a keyword or a function. */
export function warnIfReserved(run: RunContext, name: string, source: Source | undefined): void {
  if (isReservedName(name)) run.warn(`Found variable using reserved name '${name}'.`, source)
}

/** The same for all that a play's hosts bring along: variables of the inventory, of `-e`, of the play and its files. */
export function warnOfReserved(play: PlayRun): void {
  const { run, playVars, varsFiles } = play
  const maps = [run.options.extraVars, playVars, ...varsFiles.values()]
  for (const host of play.batch) maps.push(...run.options.inventory.layersOf(host.name).map(({ vars }) => vars))
  for (const vars of new Set(maps)) for (const [name, { source }] of vars) warnIfReserved(run, name, source)
}
