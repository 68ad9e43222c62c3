import { RunnerError } from '../../base/error.ts'

/** A template error without a place; the node that was being evaluated adds it. */
export function fail(message: string, hint?: string): never {
  throw new RunnerError('template', message, { hint })
}

/** @param hint what was probably meant */
export function unloadable(kind: 'filter' | 'test', name: string, hint: string | undefined): never {
  return fail(`Could not load ${kind} '${name}': no ${kind} named '${name}'`, hint)
}

export function limit(message: string): never {
  throw new RunnerError('limit', message)
}
