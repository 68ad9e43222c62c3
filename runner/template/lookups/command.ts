import { spawnSync } from 'node:child_process'
import { fail } from '../runtime/errors.ts'
import type { Run } from '../runtime/run.ts'
import { splitLines } from '../runtime/string-methods.ts'
import { type Lookup, perTerm } from './define.ts'

const TIMEOUT = 300_000
const MAX_OUTPUT = 16 * 1024 * 1024

/** Runs a shell command on the controller. */
function output(command: string, run: Run): string {
  const done = spawnSync('/bin/sh', ['-c', command], {
    encoding: 'utf8',
    timeout: TIMEOUT,
    maxBuffer: MAX_OUTPUT,
    env: { ...run.renderer.host.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (done.error !== undefined) return fail(`lookup_plugin.pipe(${command}) failed: ${done.error.message}`)
  return done.status === 0
    ? done.stdout
    : fail(`lookup_plugin.pipe(${command}) returned ${String(done.status)}${done.stderr === '' ? '' : `: ${done.stderr.trim()}`}`)
}

export const COMMANDS: readonly (readonly [string, Lookup])[] = [
  ['pipe', perTerm([], (command, _options, run) => [output(command, run).trimEnd()])],
  ['lines', perTerm([], (command, _options, run) => splitLines(output(command, run), false))],
]
