import { once } from 'node:events'
import { createLogger, format, transports } from 'winston'
import type { RunEvent } from '../base/event.ts'
import { resultLines } from './_result-lines.ts'
import type { Mask, Reporter } from './reporter.ts'

interface Entry {
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
}

/** A log file, appended to: a line with the time for each result, warning and error. */
export function createLogReporter(file: string, mask: Mask): Reporter {
  const transport = new transports.File({ filename: file, options: { flags: 'a', mode: 0o600 } })
  const line = format.printf((entry) => `${String(entry['timestamp'])} ${entry.level.padEnd(5)} ${mask(String(entry.message))}`)
  const logger = createLogger({ format: format.combine(format.timestamp(), line), transports: [transport] })
  return {
    handle(event) {
      for (const entry of entriesOf(event)) logger.log(entry)
    },
    async finish() {
      const written = once(transport, 'finish')
      logger.end()
      await written
    },
  }
}

function entriesOf(event: RunEvent): Entry[] {
  switch (event.type) {
    case 'run-start':
      return info(`run ${event.playbooks.join(' ')}${event.checkMode ? ' --check' : ''}`)
    case 'play-start':
      return info(`play ${event.play.name} on ${event.hosts.join(', ')}`)
    case 'host-task-result':
      return resultEntries(event)
    case 'warning':
      return [{ level: 'warn', message: event.message }]
    case 'error':
      return [{ level: 'error', message: event.error.format() }]
    case 'run-end':
      return Object.entries(event.hosts).flatMap(([host, tally]) =>
        info(
          `recap ${host} ${Object.entries(tally)
            .map(([key, count]) => `${key}=${String(count)}`)
            .join(' ')}`,
        ),
      )
    default:
      return []
  }
}

function resultEntries(event: Extract<RunEvent, { type: 'host-task-result' }>): Entry[] {
  const { result } = event
  const bad = (result.status === 'failed' || result.status === 'unreachable') && result.ignored !== true
  const details = resultLines(event.task, result, { diff: false, verbosity: 0 }).map((line) => line.text)
  const head = `${result.status} ${event.host} ${event.task.name} (${event.seconds.toFixed(2)}s)`
  return [{ level: bad ? 'error' : 'info', message: [head, ...details.map((text) => `    ${text}`)].join('\n') }]
}

function info(message: string): Entry[] {
  return [{ level: 'info', message }]
}
