import type { PlayRun } from './context.ts'
import { patternNames } from './play-hosts.ts'
import { playScope } from './play-vars.ts'

/**
 * `meta: refresh_inventory`: sources are read again, executable ones without their cache. A host that is no longer in it leaves the
 * play; one that is new takes part from the next play on.
 */
export async function refreshInventory(play: PlayRun): Promise<void> {
  const { inventory } = play.run.options
  const before = new Set(inventory.hosts)
  await inventory.refresh()
  for (const host of play.allHosts) if (before.has(host.name) && !inventory.hasHost(host.name)) host.ended = true
  play.refreshed = patternNames(play.run, play.play, playScope(play.run, play.play, play.prompted))
}
