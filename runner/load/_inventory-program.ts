import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { RunnerError } from '../base/error.ts'

const TIMEOUT_MS = 60_000
const MAX_BYTES = 64 * 1024 * 1024

export interface ProgramOutput {
  readonly stdout: string
  readonly stderr: string
}

/** Runs an executable inventory in its own folder. @throws RunnerError `inventory` where it cannot be started or fails */
export function runProgram(path: string, args: readonly string[]): ProgramOutput {
  const { error, status, signal, stdout, stderr } = spawnSync(path, args, {
    cwd: dirname(path),
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    maxBuffer: MAX_BYTES,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (error === undefined && status === 0) return { stdout, stderr }
  const command = `${path} ${args.join(' ')}`
  if (error !== undefined)
    throw new RunnerError('inventory', `the inventory script ${command} failed: ${error.message}`, {
      cause: error,
      hint: 'a file that is no script must not be executable',
    })
  const said = stderr.trim()
  throw new RunnerError(
    'inventory',
    `the inventory script ${command} ended with ${status === null ? String(signal) : `status ${String(status)}`}`,
    {
      hint: said === '' ? 'it said nothing on standard error' : `it said: ${said}`,
    },
  )
}
