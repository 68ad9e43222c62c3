import type { Secret } from '../base/value.ts'
import type { SecretMemo } from '../module/define.ts'

/** Secrets of one run (tokens), made once per key however many tasks and hosts ask at the same time. */
export class RunMemo implements SecretMemo {
  readonly #made = new Map<string, Promise<Secret>>()

  get(key: string, make: () => Promise<Secret>): Promise<Secret> {
    const known = this.#made.get(key)
    if (known !== undefined) return known
    const made = make()
    this.#made.set(key, made)
    made.catch(() => {
      this.#made.delete(key)
    })
    return made
  }

  forget(key: string): void {
    this.#made.delete(key)
  }
}
