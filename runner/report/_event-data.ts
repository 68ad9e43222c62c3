import { RunnerError } from '../base/error.ts'
import type { RunEvent } from '../base/event.ts'
import { formatSource, type Source } from '../base/source.ts'
import { Float, isList, isRecord, LazyRecord, Omit, Secret, Template, toPlain, Unknown } from '../base/value.ts'
import type { Mask } from './reporter.ts'

/** An event as one line of JSON: places as `file:line:col`, errors as records, every text masked on its own. */
export function eventLine(event: RunEvent, mask: Mask): string {
  return JSON.stringify(plain(event, mask))
}

function plain(data: unknown, mask: Mask): unknown {
  if (typeof data === 'string') return mask(data)
  if (data instanceof RunnerError) return errorData(data, mask)
  if (isList(data)) return data.map((item) => plain(item, mask))
  if (isValueClass(data)) return plain(toPlain(data), mask)
  if (isSource(data)) return mask(formatSource(data))
  if (isRecord(data)) return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, plain(value, mask)]))
  return data
}

function isValueClass(data: unknown): data is Float | Secret | Unknown | Omit | Template | LazyRecord {
  return [Float, Secret, Unknown, Omit, Template, LazyRecord].some((kind) => data instanceof kind)
}

function isSource(data: unknown): data is Source {
  if (!isRecord(data)) return false
  const { file, line, col } = data
  return (
    typeof line === 'number' &&
    typeof col === 'number' &&
    isRecord(file) &&
    typeof file['path'] === 'string' &&
    typeof file['text'] === 'string'
  )
}

function errorData(error: RunnerError, mask: Mask): unknown {
  const source = error.source === undefined ? {} : { source: formatSource(error.source) }
  const hint = error.hint === undefined ? {} : { hint: error.hint }
  return plain({ code: error.code, message: error.message, ...source, ...hint, trace: error.trace }, mask)
}
