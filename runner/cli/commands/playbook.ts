import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { RunnerError } from '../../base/error.ts'
import { SecretRegistry } from '../../base/secret-registry.ts'
import { createCollections, findCollectionPlaybook } from '../../load/collections.ts'
import { createReport } from '../../report/create.ts'
import { readAnsibleConfig } from '../ansible-config.ts'
import { parseArguments } from '../arguments.ts'
import { EXIT, exitCodeOf } from '../exit-code.ts'
import type { Io } from '../io.ts'
import type { Job } from '../job.ts'
import { commandHelp, helpText } from '../overview.ts'
import { playbookChoices, spellResume } from '../playbook-choices.ts'
import { PLAYBOOK_OPTIONS } from '../playbook-options.ts'
import { collectionPlaces } from '../search-places.ts'

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
  const secrets = new SecretRegistry()
  const report = await createReport({ ...choices, out: io.stdout, err: io.stderr, mask: (text) => secrets.mask(text) })
  try {
    return await readAndRun({ choices, playbooks, secrets, io, emit: report.emit })
  } catch (error) {
    if (!(error instanceof RunnerError) || error.code === 'bug') throw error
    report.emit({ type: 'error', at: Date.now(), error })
    return io.signal.aborted ? EXIT.interrupted : exitCodeOf(error.code)
  } finally {
    await report.finish()
  }
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
