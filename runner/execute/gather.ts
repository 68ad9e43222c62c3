import { RunnerError } from '../base/error.ts'
import type { VarEntry } from '../load/layer.ts'
import { isSelected } from '../plan/select.ts'
import type { TaskStep } from '../plan/types.ts'
import { findAction } from './actions/index.ts'
import type { PlayRun } from './context.ts'
import type { HostRun } from './host-run.ts'
import { playScope } from './play-vars.ts'
import { runSteps } from './strategy.ts'

/** The implicit `Gathering Facts` task of a play. Hosts that cannot be reached leave here. */
export async function gatherFactsFor(play: PlayRun, all: readonly HostRun[]): Promise<void> {
  const wanted = play.run.options.selection
  const { tags } = play.play.keywords
  if (tags.length > 0 && !isSelected(tags, wanted)) return
  const hosts = all.filter((host) => !host.gone && gathers(play, host))
  if (hosts.length === 0) return
  const losses = await runSteps(play, [setupStep(play)], hosts, { rescuable: false, handler: false })
  for (const host of losses.failed.keys()) host.failed = true
}

/** `gather_facts` of the play by the setting `gathering`. */
function gathers(play: PlayRun, host: HostRun): boolean {
  const { engine, gathering = 'implicit' } = play.run.options
  const { gatherFacts } = play.play
  const said = gatherFacts === undefined ? undefined : engine.render(gatherFacts, playScope(play.run, play.play, play.prompted)) !== false
  switch (gathering) {
    case 'implicit':
      return said !== false
    case 'explicit':
      return said === true
    case 'smart':
      return said !== false && !host.factsGathered
  }
}

function setupStep(play: PlayRun): TaskStep {
  const setup = findAction('setup')
  if (setup === undefined) throw new RunnerError('bug', 'there is no setup action')
  const { gatherSubset, gatherTimeout, factPath } = play.play
  const given = [
    ['gather_subset', gatherSubset],
    ['gather_timeout', gatherTimeout],
    ['fact_path', factPath],
  ] as const
  const args = new Map<string, VarEntry>(given.flatMap(([name, value]) => (value === undefined ? [] : [[name, { value }] as const])))
  return {
    kind: 'task',
    id: -play.play.id - 1,
    actionKey: { name: 'gather_facts', source: play.play.source },
    name: 'Gathering Facts',
    source: play.play.source,
    keywords: { ...play.play.keywords, when: [], notify: [], register: undefined, loop: undefined },
    role: undefined,
    layers: [],
    file: play.play.playbookFile,
    parents: [],
    action: setup.spec,
    args,
    argsTemplate: undefined,
    argNodes: new Map(),
    argKeys: new Map(),
  }
}
