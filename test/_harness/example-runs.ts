import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import type { RunEvent } from '../../runner/base/event.ts'
import type { TaskResult } from '../../runner/base/result.ts'
import { exampleRun, examplesPlaybook, type ModuleExample, type PlaybookKind } from './examples.ts'
import { runPlaybook, type TaskRequests } from './playbook.ts'

/** What examples did on a host. */
export interface ExampleRuns {
  readonly events: readonly RunEvent[]
  readonly requests: readonly TaskRequests[]
}

/**
 * Runs examples on the one host of an inventory: module by module, first in check mode, then really.
 * @param folder where playbooks are written; files of the controller that examples name lie in it, as does the inventory `hosts.yml`
 */
export async function runExamples(examples: readonly ModuleExample[], folder: string): Promise<ExampleRuns> {
  const events: RunEvent[] = []
  const requests: TaskRequests[] = []
  const go = async (module: string, kind: PlaybookKind, ...flags: readonly string[]): Promise<void> => {
    const playbook = join(folder, `${module}-${kind}.yml`)
    const ofModule = examples.filter((each) => each.module === module)
    await writeFile(playbook, examplesPlaybook(ofModule, kind))
    const run = await runPlaybook(playbook, { argv: ['-i', join(folder, 'hosts.yml'), ...flags] })
    if (run.outcome.fatal !== undefined) throw run.outcome.fatal
    events.push(...run.events)
    requests.push(...run.requests)
  }
  for (const module of new Set(examples.map((each) => each.module))) {
    await go(module, 'foreseen', '--check')
    await go(module, 'real')
  }
  return { events, requests }
}

/** The example does what it says, and each prediction came true. */
export function keepsItsWord(t: ExecutionContext, each: ModuleExample, events: readonly RunEvent[]): void {
  const { lab: word } = each.example
  if (word === undefined || word === false) return
  const { results, failure } = exampleRun(each, events)
  t.is(failure, undefined)
  t.is(results.get('run')?.status, word.first)
  t.is(results.get('run again')?.status, word.second ?? 'ok', results.get('run again')?.changes.join('; '))
  for (const [check, simulation, reality] of [
    ['check', 'foreseen', 'run'],
    ['check again', 'foreseen again', 'run again'],
  ] as const) {
    const [foretold, simulated, came] = [results.get(check), results.get(simulation), results.get(reality)]
    if (foretold?.status !== 'unknown') t.deepEqual(story(foretold), story(came), `${check} (-) and ${reality} (+)`)
    if (simulated?.status !== 'unknown') t.true(simulated?.status === came?.status, `simulated: ${simulated?.changes.join('; ') ?? ''}`)
  }
}

function story(result: TaskResult | undefined): unknown {
  return { status: result?.status, changes: result?.changes }
}
