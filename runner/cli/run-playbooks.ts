import type { CliDefaults } from '../execute/options.ts'
import { runPlan } from '../execute/run.ts'
import { ConnectionPool } from '../host/pool.ts'
import { PRELUDE } from '../host/prelude.ts'
import { confirm, terminalOf } from './ask.ts'
import { connectionDefaults } from './connection-defaults.ts'
import { EXIT, exitCodeOf, exitCodeOfHosts } from './exit-code.ts'
import type { Job, Loaded } from './job.ts'
import { labFolder } from './lab-folder.ts'
import { labHosts } from './lab-hosts.ts'
import { hostsOfPlan } from './target-hosts.ts'

/** Runs a compiled plan and gives the exit code. Passwords that were asked for before come with `known`. */
export async function runPlaybooks(job: Job, loaded: Loaded, known?: CliDefaults): Promise<number> {
  const { choices, secrets, io, emit } = job
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
    const outcome = await runPlan(loaded.plan, {
      ...choices,
      ...loaded,
      ...loaded.project,
      secrets,
      emit,
      pool,
      cliDefaults,
      terminal: terminalOf(io, choices),
      signal: io.signal,
      env: io.env,
    })
    if (io.signal.aborted) return EXIT.interrupted
    return outcome.fatal === undefined ? exitCodeOfHosts(outcome.lost) : exitCodeOf(outcome.fatal.code)
  } finally {
    await pool.closeAll()
  }
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
