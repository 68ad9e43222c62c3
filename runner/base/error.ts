import { formatSource, type Source, sourceFrame } from './source.ts'

/** Why a run could not go on; the exit code follows from it (see `exitCode`). */
export type ErrorCode =
  | 'options' // a command-line flag that does not exist or has a bad value
  | 'not-found' // a file, playbook or role that is not there
  | 'yaml' // text that is not YAML, or YAML of the wrong shape
  | 'syntax' // a keyword, module or argument that the language does not know
  | 'template' // an expression that does not parse or fails
  | 'undefined' // a name without a value
  | 'argument' // a module argument of the wrong name, type or value
  | 'inventory' // an inventory or host pattern that cannot be read
  | 'variable' // a variable of the wrong type or name
  | 'unreachable' // no connection, a refused host key, a lost session
  | 'become' // privilege escalation was refused
  | 'transfer' // a file could not be written to or read from a host: disk full, permission
  | 'limit' // a bound was passed (time, size, depth)
  | 'lab' // the embedded lab cannot be brought up here
  | 'interrupted' // the user ended the run
  | 'bug' // a broken promise inside the product

export interface ErrorDetails {
  readonly source?: Source | undefined
  readonly hint?: string | undefined
  readonly cause?: unknown
  /** Further lines: which layer and file set the variable, the chain of includes. */
  readonly trace?: readonly string[] | undefined
}

/** An error with a closed code, the place it is about and what to do; printed by `report/` alone. */
export class RunnerError extends Error {
  readonly code: ErrorCode
  readonly source: Source | undefined
  readonly hint: string | undefined
  readonly trace: readonly string[]

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'RunnerError'
    this.code = code
    this.source = details.source
    this.hint = details.hint
    this.trace = details.trace ?? []
  }

  /** The error as a person reads it: message, place, source frame, trace and hint. */
  format(): string {
    const place = this.source === undefined ? [] : [`  at ${formatSource(this.source)}`, indent(sourceFrame(this.source))]
    const trace = this.trace.map((line) => `  ${line}`)
    const hint = this.hint === undefined ? [] : [`  hint: ${this.hint}`]
    return [this.message, ...place.filter((line) => line !== ''), ...trace, ...hint].join('\n')
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The error with a place, if it had none: the innermost place wins. */
export function located(error: unknown, source: Source | undefined): RunnerError {
  if (!(error instanceof RunnerError)) return new RunnerError('bug', messageOf(error), { source, cause: error })
  if (error.source !== undefined || source === undefined) return error
  return new RunnerError(error.code, error.message, { source, hint: error.hint, trace: error.trace, cause: error })
}

function indent(text: string): string {
  return text === '' ? '' : text.replace(/^/gm, '    ')
}
