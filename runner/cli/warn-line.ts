import type { Io } from './io.ts'

/** A warning of a command that has no report, as the field's tools write it. */
export function warnLine(io: Io, text: string): void {
  io.stderr.write(`[WARNING]: ${text}\n`)
}
