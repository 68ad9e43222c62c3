import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { RunnerError } from '../../base/error.ts'
import { createCollections, findCollectionPlaybook } from '../../load/collections.ts'
import { readAnsibleConfig } from '../ansible-config.ts'
import { parseArguments } from '../arguments.ts'
import { EXIT } from '../exit-code.ts'
import type { Io } from '../io.ts'
import type { Job } from '../job.ts'
import { commandHelp, helpText } from '../overview.ts'
import { playbookChoices, spellResume } from '../playbook-choices.ts'
import { PLAYBOOK_OPTIONS } from '../playbook-options.ts'
import { collectionPlaces } from '../search-places.ts'
import { withReport } from '../with-report.ts'

/** `run PLAYBOOK…`: reads everything, then shows it or runs it. The layers below are loaded once the command line is fine. */
export async function playbookCommand(argv: readonly string[], io: Io): Promise<number> {
  const args = parseArguments(PLAYBOOK_OPTIONS, spellResume(argv))
  if (args.flag('help')) {
    io.stdout.write(io.tool === undefined ? helpText() : commandHelp('playbook', io, PLAYBOOK_OPTIONS))
    return EXIT.ok
  }
  const choices = playbookChoices(args, io)
  const collections = createCollections(collectionPlaces(readAnsibleConfig(io), io))
  const playbooks = choices.playbooks.map((playbook) => findCollectionPlaybook(playbook, collections) ?? existing(playbook, io))
  return withReport(choices, io, (reporting) => readAndRun({ choices, playbooks, io, ...reporting }))
}

async function readAndRun(job: Job): Promise<number> {
  const loaded = await (await import('../read-playbooks.ts')).readPlaybooks(job)
  if (job.choices.show.size > 0) return (await import('../show-plan.ts')).showPlan(job, loaded)
  return (await import('../run-playbooks.ts')).runPlaybooks(job, loaded)
}

function existing(playbook: string, io: Io): string {
  const path = resolve(io.cwd, playbook)
  if (existsSync(path)) return path
  throw new RunnerError('not-found', `the playbook: ${playbook} could not be found`, {
    hint: io.tool === undefined ? 'run --help lists the other commands' : undefined,
  })
}
