import { RunnerError } from '../../base/error.ts'

/** A template error without a place; the node that was being evaluated adds it. */
export function fail(message: string, hint?: string): never {
  throw new RunnerError('template', message, { hint })
}

export function limit(message: string): never {
  throw new RunnerError('limit', message)
}
