import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { eventLine } from './_event-data.ts'
import type { Mask, Reporter } from './reporter.ts'

/**
 * Keeps the events of a run as JSON lines in `FOLDER/2026-01-31T12-00-00.000-PID.jsonl`, readable by its owner alone. Each line is
 * written before the run goes on, so that the file tells how far a killed run had come. Live output is left out.
 */
export function createJournalReporter(folder: string, mask: Mask): Reporter & { readonly file: string } {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, `${new Date().toISOString().slice(0, 23).replaceAll(':', '-')}-${String(process.pid)}.jsonl`)
  const descriptor = openSync(file, 'a', 0o600)
  return {
    file,
    handle(event) {
      if (event.type !== 'output') writeSync(descriptor, `${eventLine(event, mask)}\n`)
    },
    finish() {
      closeSync(descriptor)
      return Promise.resolve()
    },
  }
}
