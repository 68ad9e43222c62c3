import { requireMachine } from '../../../lab/requirements.ts'
import { messageOf } from '../../../runner/base/error.ts'
import { ensureEmulator } from './emulator.ts'

/** Why no machine can be emulated here, or undefined where it can. */
export async function whyNoMachine(): Promise<string | undefined> {
  const problem = await requireMachine().then(() => undefined, messageOf)
  if (problem !== undefined) return problem
  if (process.arch !== 'x64') return `the machines are amd64, this is ${process.arch}`
  return ensureEmulator(AbortSignal.timeout(300_000)).then(
    () => undefined,
    (error: unknown) => `there is no qemu-system-x86_64 and it cannot be downloaded (${messageOf(error)})`,
  )
}

/** Says loudly that tests are skipped, where they are. */
export function saySkipped(what: string, problem: string | undefined): void {
  if (problem !== undefined) process.stderr.write(`\n*** ${what.toUpperCase()}: ITS TESTS ARE SKIPPED: ${problem} ***\n\n`)
}
