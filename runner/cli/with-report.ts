import { RunnerError } from '../base/error.ts'
import type { Emit } from '../base/event.ts'
import { SecretRegistry } from '../base/secret-registry.ts'
import { createReport } from '../report/create.ts'
import { EXIT, exitCodeOf } from './exit-code.ts'
import type { Io } from './io.ts'
import type { RunChoices } from './run-choices.ts'

/** What is told of a run while it goes on, and the secrets that are kept out of it. */
export interface Reporting {
  readonly secrets: SecretRegistry
  readonly emit: Emit
}

/** Does the work of a command whose report is finished whatever happens; a mistake of the user's is told by it. Answers the exit code. */
export async function withReport(choices: RunChoices, io: Io, work: (reporting: Reporting) => Promise<number>): Promise<number> {
  const secrets = new SecretRegistry()
  const report = await createReport({ ...choices, out: io.stdout, err: io.stderr, mask: (text) => secrets.mask(text) })
  try {
    return await work({ secrets, emit: report.emit })
  } catch (error) {
    if (!(error instanceof RunnerError) || error.code === 'bug') throw error
    report.emit({ type: 'error', at: Date.now(), error })
    return io.signal.aborted ? EXIT.interrupted : exitCodeOf(error.code)
  } finally {
    await report.finish()
  }
}
