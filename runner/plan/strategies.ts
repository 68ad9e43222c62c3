import { didYouMean } from '../base/did-you-mean.ts'
import { RunnerError } from '../base/error.ts'
import type { Source } from '../base/source.ts'
import { toPlain, type Value } from '../base/value.ts'

export const STRATEGIES = ['linear', 'free', 'host_pinned', 'debug'] as const

/** How the hosts of a batch go through a play. */
export type Strategy = (typeof STRATEGIES)[number]

/** @throws RunnerError `variable` for a strategy that does not exist */
export function readStrategy(value: Value, source: Source | undefined): Strategy {
  const name = String(toPlain(value))
  const short = name.replace(/^ansible\.(builtin|legacy)\./, '')
  const found = STRATEGIES.find((known) => known === short)
  if (found !== undefined) return found
  throw new RunnerError('variable', `Invalid play strategy specified: ${name}`, {
    source,
    hint: didYouMean(short, STRATEGIES) ?? `the strategies are ${STRATEGIES.join(', ')}`,
  })
}

/** All hosts do a step, then all do the next one; else each host goes on by itself. */
export function isLockstep(strategy: Strategy): boolean {
  return strategy === 'linear' || strategy === 'debug'
}
