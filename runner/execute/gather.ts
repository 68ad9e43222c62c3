import { RunnerError } from '../base/error.ts'
import type { Value } from '../base/value.ts'
import type { VarEntry } from '../load/layer.ts'
import type { TaskStep } from '../plan/types.ts'
import { findAction } from './actions/index.ts'
import type { PlayRun } from './context.ts'
import type { HostRun } from './host-run.ts'
import { runSteps } from './strategy.ts'

/** The implicit `Gathering Facts` task of a play. Hosts that cannot be reached leave here. */
export async function gatherFactsFor(play: PlayRun, all: readonly HostRun[]): Promise<void> {
  const { gatherFacts, gatherSubset } = play.play
  const { engine } = play.run.options
  const [first] = all
  const wanted =
    gatherFacts === undefined || first === undefined
      ? true
      : engine.render(gatherFacts, { get: () => undefined, names: () => [] }) !== false
  if (!wanted) return
  const hosts = all.filter((host) => !host.gone)
  const losses = await runSteps(play, [setupStep(play, gatherSubset)], hosts, { rescuable: false, handler: false })
  for (const host of losses.failed.keys()) host.failed = true
}

function setupStep(play: PlayRun, subset: Value | undefined): TaskStep {
  const setup = findAction('setup')
  if (setup === undefined) throw new RunnerError('bug', 'there is no setup action')
  const args = new Map<string, VarEntry>(subset === undefined ? [] : [['gather_subset', { value: subset }]])
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
