import type { ErrorCode } from '../base/error.ts'
import type { RunOutcome } from '../execute/options.ts'

/** The exit codes that users of Ansible check for in their scripts. */
export const EXIT = { ok: 0, error: 1, failedHosts: 2, usage: 2, unreachable: 4, syntax: 4, options: 5, interrupted: 99, bug: 250 } as const

/** The exit code of an error that ends the run. */
export function exitCodeOf(code: ErrorCode): number {
  switch (code) {
    case 'options':
      return EXIT.options
    case 'yaml':
    case 'syntax':
    case 'template':
    case 'argument':
      return EXIT.syntax
    case 'unreachable':
      return EXIT.unreachable
    case 'become':
    case 'transfer':
      return EXIT.failedHosts
    case 'not-found':
    case 'undefined':
    case 'inventory':
    case 'variable':
    case 'limit':
    case 'lab':
      return EXIT.error
    case 'interrupted':
      return EXIT.interrupted
    case 'bug':
      return EXIT.bug
  }
}

/** The exit code of a run that came to its end: hosts that could not be reached weigh more than failed ones. */
export function exitCodeOfHosts({ failed, unreachable }: RunOutcome['lost']): number {
  if (unreachable.length > 0) return EXIT.unreachable
  return failed.length > 0 ? EXIT.failedHosts : EXIT.ok
}
