import pLimit, { type LimitFunction } from 'p-limit'
import { formatSource } from '../base/source.ts'
import type { Strategy } from '../plan/strategies.ts'
import type { Step } from '../plan/types.ts'

/** Bounds what runs at once in a batch: `--forks` over all of it, `throttle` for one step. Who waits longest goes first. */
export class Slots {
  /** Hosts that are under way in the play; only `host_pinned` lets others wait until one has finished. */
  readonly hosts: LimitFunction
  readonly #tasks: LimitFunction
  readonly #steps = new Map<string, LimitFunction>()

  constructor(strategy: Strategy, forks: number) {
    const pinned = strategy === 'host_pinned'
    this.hosts = pLimit(pinned ? forks : Number.POSITIVE_INFINITY)
    this.#tasks = pLimit(pinned ? Number.POSITIVE_INFINITY : forks)
  }

  /** Runs one task of one host as soon as there is room; a throttle of 0 is none. */
  task<T>(step: Step, throttle: number, work: () => Promise<T>): Promise<T> {
    if (!(throttle > 0)) return this.#tasks(work)
    return this.#throttled(step, throttle)(() => this.#tasks(work))
  }

  /** By its place and not its id: an included file's steps are made anew for each host. */
  #throttled(step: Step, throttle: number): LimitFunction {
    const key = `${formatSource(step.source)} ${String(throttle)}`
    const known = this.#steps.get(key)
    if (known !== undefined) return known
    const limit = pLimit(throttle)
    this.#steps.set(key, limit)
    return limit
  }
}
