import { RunnerError } from '../base/error.ts'
import { formatSource } from '../base/source.ts'

/** The first error, the others in its trace: a person mends several mistakes of a file at once. */
export function throwFirst(errors: readonly RunnerError[]): void {
  const [first, ...others] = errors
  if (first === undefined) return
  if (others.length === 0) throw first
  const also = others
    .slice(0, MAX_LISTED)
    .map((error) => `also: ${error.source === undefined ? '' : `${formatSource(error.source)}: `}${error.message}`)
  const more = others.length > MAX_LISTED ? [`and ${String(others.length - MAX_LISTED)} more`] : []
  throw new RunnerError(first.code, first.message, {
    source: first.source,
    hint: first.hint,
    cause: first,
    trace: [...first.trace, ...also, ...more],
  })
}

const MAX_LISTED = 10
