import { eventLine } from './_event-data.ts'
import type { Mask, Reporter, Sink } from './reporter.ts'

/** Every event as one JSON document a line, as it happens, for programs that follow a run. */
export function createJsonReporter(sink: Sink, mask: Mask): Reporter {
  return {
    handle(event) {
      sink.write(`${eventLine(event, mask)}\n`)
    },
    finish: () => Promise.resolve(),
  }
}
