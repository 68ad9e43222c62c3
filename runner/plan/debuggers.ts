import type { Source } from '../base/source.ts'
import { toPlain, type Value } from '../base/value.ts'
import { syntaxError } from './_compiler.ts'

const DEBUGGERS = ['always', 'never', 'on_failed', 'on_unreachable', 'on_skipped'] as const

/** When the task debugger is entered. */
export type Debugger = (typeof DEBUGGERS)[number]

/** @throws RunnerError `syntax` for a word that `debugger` does not know */
export function readDebugger(value: Value, source: Source): Debugger | undefined {
  if (value === null) return undefined
  const word = String(toPlain(value))
  const found = DEBUGGERS.find((known) => known === word)
  if (found !== undefined) return found
  throw syntaxError(`'${word}' is not a valid value for debugger. Must be one of ${DEBUGGERS.join(', ')}`, source)
}
