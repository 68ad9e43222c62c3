import type { Planned, Resulting } from './module-result.ts'

/** A job that this run has started: what its result is made of once its actions have been done. */
export interface StartedJob {
  readonly module: Resulting
  readonly planned: Planned
}

/** Jobs by the host they are on and their id. Those of other runs are known by their result files alone. */
export class Jobs {
  readonly #started = new Map<string, StartedJob>()

  add(host: string, id: string, job: StartedJob): void {
    this.#started.set(`${host} ${id}`, job)
  }

  get(host: string, id: string): StartedJob | undefined {
    return this.#started.get(`${host} ${id}`)
  }
}
