import type { ErrorContext, RunnerError } from '../base/error.ts'
import { ansibleMessage } from './_ansible-message.ts'

/** An error that ends a command, as ansible's programs print it. */
export function ansibleError(error: RunnerError): string {
  return `[ERROR]: ${ansibleMessage(errorChain(error))}`
}

/** From what was being done to what went wrong; the hint is told as ansible tells its help. */
export function errorChain(error: RunnerError): readonly ErrorContext[] {
  const { message, source, hint } = error
  return [...error.context, { message, source, help: hint }]
}
