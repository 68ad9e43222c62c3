import { RunnerError } from '../../base/error.ts'

/** A template error without a place; the node that was being evaluated adds it. */
export function fail(message: string, hint?: string): never {
  throw new RunnerError('template', message, { hint })
}

/** @param hint what was probably meant */
export function unloadable(kind: 'filter' | 'test', name: string, hint: string | undefined): never {
  return fail(`Syntax error in template: No ${kind} named '${name}'.`, hint)
}

/** Runs a filter, test or lookup; what goes wrong in it says in which. */
export function inPlugin<T>(kind: 'filter' | 'test' | 'lookup', name: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (
      !(error instanceof RunnerError) ||
      error.code !== 'template' ||
      error.source !== undefined ||
      /^The \w+ plugin '/.test(error.message)
    )
      throw error
    const full = kind === 'lookup' || name.includes('.') ? name : `ansible.builtin.${name}`
    const { code, message, hint, help, trace, context, cause } = error
    throw new RunnerError(code, `The ${kind} plugin '${full}' failed: ${message}`, { hint, help, trace, context, cause })
  }
}

export function limit(message: string): never {
  throw new RunnerError('limit', message)
}
