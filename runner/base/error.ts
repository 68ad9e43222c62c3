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

/** A link of the chain from what was being done to what went wrong: "Finalization of task args for 'copy' failed." */
export interface ErrorContext {
  readonly message: string
  readonly source?: Source | undefined
  readonly help?: string | undefined
}

export interface ErrorDetails {
  readonly source?: Source | undefined
  readonly hint?: string | undefined
  readonly cause?: unknown
  /** Further lines: which layer and file set the variable, the chain of includes. */
  readonly trace?: readonly string[] | undefined
  /** What ansible-core says of it besides. */
  readonly help?: string | undefined
  /** The beginning of the value that it happened in; `source` is the place inside it. */
  readonly origin?: Source | undefined
  /** What was being done, outermost first. */
  readonly context?: readonly ErrorContext[] | undefined
}

/** An error with a closed code, the place it is about and what to do; printed by `report/` alone. */
export class RunnerError extends Error {
  readonly code: ErrorCode
  readonly source: Source | undefined
  readonly hint: string | undefined
  readonly trace: readonly string[]
  readonly help: string | undefined
  readonly origin: Source | undefined
  readonly context: readonly ErrorContext[]

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'RunnerError'
    this.code = code
    this.source = details.source
    this.hint = details.hint
    this.trace = details.trace ?? []
    this.help = details.help
    this.origin = details.origin
    this.context = details.context ?? []
  }

  /** The same error with other details. */
  with(details: ErrorDetails): RunnerError {
    const { code, message, source, origin, hint, help, trace, context, cause } = this
    return new RunnerError(code, message, { source, origin, hint, help, trace, context, cause, ...details })
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
  return error.with({ source })
}

/** The error with what was being done when it happened. */
export function during(error: unknown, context: ErrorContext): unknown {
  return error instanceof RunnerError ? error.with({ context: [context, ...error.context] }) : error
}

/** The chain from the outermost context to the error itself. */
export function chainOf(error: RunnerError): readonly ErrorContext[] {
  return [...error.context, { message: error.message, source: error.origin ?? error.source, help: error.help }]
}

/** Messages of a chain as one: `Task failed: Action failed: no`. */
export function concatMessages(messages: readonly string[]): string {
  return messages.reduceRight((rest, message) => (message.endsWith(rest) ? message : `${message.replace(/[. ]+$/, '')}: ${rest}`))
}

function indent(text: string): string {
  return text === '' ? '' : text.replace(/^/gm, '    ')
}
