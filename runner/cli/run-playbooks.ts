import { RunnerError } from '../base/error.ts'
import type { CliDefaults, RunOptions } from '../execute/options.ts'
import { runPlan } from '../execute/run.ts'
import { ConnectionPool } from '../host/pool.ts'
import { PRELUDE } from '../host/prelude.ts'
import { startAtTask } from '../plan/select.ts'
import { confirm, terminalOf } from './ask.ts'
import { connectionDefaults } from './connection-defaults.ts'
import { EXIT, exitCodeOf, exitCodeOfHosts } from './exit-code.ts'
import type { Job, Loaded } from './job.ts'
import { labFolder } from './lab-folder.ts'
import { labHosts } from './lab-hosts.ts'
import { resume } from './resume.ts'
import { runBasis } from './run-basis.ts'
import { hostsOfPlan } from './target-hosts.ts'

/** Runs a compiled plan and gives the exit code. Passwords that were asked for before come with `known`. */
export async function runPlaybooks(job: Job, loaded: Loaded, known?: CliDefaults): Promise<number> {
  const { choices, secrets, io, emit } = job
  const { plays, found } = startAtTask(loaded.plan.plays, choices.selection.startAtTask)
  if (!found) return noSuchTask(job)
  const kept = keptOf(job, { ...loaded, plan: { ...loaded.plan, plays } })
  const cliDefaults = known ?? (await connectionDefaults(choices.connection, secrets, io))
  await startLab(job, loaded)
  const pool = new ConnectionPool({
    prelude: PRELUDE,
    signal: io.signal,
    warn: (message) => {
      loaded.project.warn(message)
    },
  })
  try {
    const outcome = await runPlan(
      { ...loaded.plan, plays },
      {
        ...choices,
        ...loaded,
        ...loaded.project,
        ...kept,
        secrets,
        emit,
        pool,
        cliDefaults,
        terminal: terminalOf(io, choices),
        signal: io.signal,
        cwd: io.cwd,
        env: io.env,
      },
    )
    if (io.signal.aborted) return EXIT.interrupted
    return outcome.fatal === undefined ? exitCodeOfHosts(outcome.lost) : exitCodeOf(outcome.fatal.code)
  } finally {
    await pool.closeAll()
  }
}

/** For a journal what the run rests on; and what an earlier run has done, where this one goes on with it. */
function keptOf(job: Job, loaded: Loaded): Partial<Pick<RunOptions, 'basis' | 'earlier'>> {
  const { journal, resume: wanted } = job.choices
  if (journal === undefined || job.playbooks.length === 0) return {}
  const basis = runBasis(job, loaded, journal)
  if (wanted === undefined) return { basis }
  const playbooks = [...new Set(loaded.plan.plays.map((play) => play.playbookFile))]
  const { earlier, journal: before } = resume(job, { folder: journal, playbooks, basis })
  return { earlier, basis: { ...basis, follows: before.file } }
}

/** As ansible has it, this is no failure of the run: nothing was asked for that went wrong. */
function noSuchTask({ choices, emit }: Job): number {
  const wanted = choices.selection.startAtTask ?? ''
  const error = new RunnerError('options', `No matching task "${wanted}" found. Note: --start-at-task can only follow static includes.`, {
    hint: 'run PLAYBOOK --list-tasks shows the names',
  })
  emit({ type: 'error', at: Date.now(), error })
  return EXIT.ok
}

/** Brings up those of the lab's hosts that the plays need. */
async function startLab({ choices, io }: Job, { plan, project, inventory, hosts }: Loaded): Promise<void> {
  const needed = labHosts(hostsOfPlan(plan, { project, inventory, hosts }), inventory, project.engine)
  const [first] = needed
  if (first === undefined) return
  const { ensureLab } = await import('../../lab/ensure.ts')
  const asks = !choices.yes && io.stdin.isTTY && (io.env['CI'] ?? '') === ''
  await ensureLab(needed, {
    folder: labFolder(first.name, inventory, project.engine),
    signal: io.signal,
    say: (text) => io.stderr.write(`${text}\n`),
    confirm: asks ? (question) => confirm(question, io) : undefined,
    neighbours: labHosts(inventory.hosts, inventory, project.engine),
  })
}
