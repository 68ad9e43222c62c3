import type { HostTally } from '../base/event.ts'
import { emptyRecord, record, type Value, type ValueRecord } from '../base/value.ts'
import type { Prediction } from '../host/prediction.ts'
import type { VarEntry, VarMap } from '../load/layer.ts'
import type { HandlerStep } from '../plan/types.ts'

type Count = keyof HostTally

/** What a run knows of one host: its facts, registered results, notified handlers and fate. Lives as long as the run. */
export class HostRun {
  readonly name: string
  /** What simulated changes have made true of this host. */
  readonly prediction: Prediction
  /** Gathered facts by their full name in `ansible_facts` (no prefix). */
  readonly facts: Record<string, Value> = emptyRecord()
  /** `set_fact` and `register`. */
  readonly assigned = new Map<string, VarEntry>()
  readonly includedVars = new Map<string, VarEntry>()
  readonly notified = new Set<HandlerStep>()
  /** Out of the run: failed without rescue. */
  failed = false
  unreachable = false
  /** Left the current play by `meta: end_host`. */
  ended = false
  factsGathered = false
  #factVars: VarMap | undefined
  readonly #tally: Record<Count, number> = { ok: 0, changed: 0, unreachable: 0, failed: 0, skipped: 0, rescued: 0, ignored: 0, unknown: 0 }

  constructor(name: string, prediction: Prediction) {
    this.name = name
    this.prediction = prediction
  }

  get gone(): boolean {
    return this.failed || this.unreachable
  }

  /** `meta: clear_host_errors`: later plays take the host again. */
  clearErrors(): void {
    this.failed = false
    this.unreachable = false
    this.#tally.failed = 0
    this.#tally.unreachable = 0
  }

  count(what: Count, by = 1): void {
    this.#tally[what] += by
  }

  get tally(): HostTally {
    return { ...this.#tally }
  }

  addFacts(facts: ValueRecord): void {
    Object.assign(this.facts, facts)
    this.#factVars = undefined
  }

  clearFacts(): void {
    for (const name of Object.keys(this.facts)) Reflect.deleteProperty(this.facts, name)
    this.#factVars = undefined
    this.factsGathered = false
  }

  /** Facts as variables: each as `ansible_NAME`, and all of them as `ansible_facts`. */
  get factVars(): VarMap {
    this.#factVars ??= factVars(this.facts)
    return this.#factVars
  }
}

function factVars(facts: ValueRecord): VarMap {
  const vars = new Map<string, VarEntry>()
  for (const [name, value] of Object.entries(facts)) vars.set(name.startsWith('ansible_') ? name : `ansible_${name}`, { value })
  vars.set('ansible_facts', { value: record(Object.entries(facts)) })
  return vars
}
