import type { ErrorCode } from '../base/error.ts'
import type { HostTally } from '../base/event.ts'

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

/** The exit code of a run that came to its end: lost hosts weigh more than failed ones. */
export function exitCodeOfHosts(tallies: readonly HostTally[]): number {
  if (tallies.some((tally) => tally.unreachable > 0)) return EXIT.unreachable
  if (tallies.some((tally) => tally.failed > 0)) return EXIT.failedHosts
  return EXIT.ok
}
