import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { resultText } from './_ansible-result.ts'
import type { Mask, Reporter } from './reporter.ts'

/** `ansible --tree`: the result of each host in a file of its name. */
export function createTreeReporter(folder: string, verbosity: number, mask: Mask): Reporter {
  return {
    handle(event) {
      if (event.type !== 'host-task-result' || event.result.status === 'skipped') return
      mkdirSync(folder, { recursive: true })
      const text = resultText(event.task, event.result, { verbosity, format: 'json', pretty: verbosity > 2 ? true : false })
      writeFileSync(join(folder, event.host.replaceAll('/', '_')), mask(text), { mode: 0o600 })
    },
    finish: () => Promise.resolve(),
  }
}
