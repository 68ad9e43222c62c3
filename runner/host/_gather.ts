import type { Batch } from './_batch.ts'
import { type Probe, ProbeUnavailable, Unavailable } from './probe.ts'

/** Questions of one kind that one program answers for many keys: all keys of a tick become one probe. */
export class Gather<V> {
  readonly #batch: Batch
  readonly #probe: (keys: readonly string[]) => Probe<ReadonlyMap<string, V>>
  #keys = new Set<string>()
  #answer: Promise<ReadonlyMap<string, V>> | undefined

  constructor(batch: Batch, probe: (keys: readonly string[]) => Probe<ReadonlyMap<string, V>>) {
    this.#batch = batch
    this.#probe = probe
  }

  /** Undefined where the answer has nothing about the key. */
  async ask(key: string): Promise<V | undefined> {
    this.#keys.add(key)
    this.#answer ??= this.#next()
    return (await this.#answer).get(key)
  }

  #next(): Promise<ReadonlyMap<string, V>> {
    return new Promise((resolve, reject) => {
      this.#batch.beforeSending(() => {
        const probe = this.#probe([...this.#keys])
        this.#keys = new Set()
        this.#answer = undefined
        this.#batch.ask(probe).then((answer) => {
          const parsed = probe.parse(answer)
          if (parsed instanceof Unavailable) reject(new ProbeUnavailable(parsed))
          else resolve(parsed)
        }, reject)
      })
    })
  }
}
