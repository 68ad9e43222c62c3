import type { HostTally } from '../base/event.ts'
import { emptyRecord, record, type Value, type ValueRecord } from '../base/value.ts'
import type { Prediction } from '../host/prediction.ts'
import type { VarEntry, VarMap } from '../load/layer.ts'
import type { HandlerStep, RoleRef } from '../plan/types.ts'
import type { FactCache } from './fact-cache.ts'
import type { PendingNote } from './pending.ts'

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
  /** What changed tasks have notified since the last flush. */
  readonly notifications = new Set<string>()
  /** Handlers that are to run: in the flush under way if their turn is still to come, else in the next. */
  readonly notified = new Set<HandlerStep>()
  /** Notes on this host, and where tasks were delegated, that handlers of this play are still to run. */
  readonly pending = new Map<string, PendingNote>()
  /** Out of the run: failed without rescue. */
  failed = false
  unreachable = false
  /** On its way out: has failed without a rescue to come, but `always` sections and handlers may be left for it. */
  failing = false
  /** Left the current play by `meta: end_host`. */
  ended = false
  /** The errors of this play were cleared. */
  excused = false
  /** The use of a role that `meta: end_role` has ended for this host. */
  endedRole: RoleRef | undefined
  factsGathered = false
  readonly #injected = new Map<string, VarEntry>()
  #factVars: VarMap | undefined
  /** Keeps facts for later runs. */
  readonly #cache: FactCache | undefined
  readonly #tally: Record<Count, number> = { ok: 0, changed: 0, unreachable: 0, failed: 0, skipped: 0, rescued: 0, ignored: 0, unknown: 0 }

  constructor(name: string, prediction: Prediction, cache?: FactCache) {
    this.name = name
    this.prediction = prediction
    const { [GATHERED]: gathered, ...known } = cache?.read(name) ?? {}
    this.addFacts(known)
    this.factsGathered = gathered === true
    this.#cache = cache
  }

  get gone(): boolean {
    return this.failed || this.unreachable
  }

  /** `meta: clear_host_errors`: later plays take the host again, this one has no more for it. */
  clearErrors(): void {
    if (!this.gone && !this.failing) return
    this.failed = false
    this.unreachable = false
    this.failing = true
    this.ended = true
    this.excused = true
  }

  /** A play begins. */
  enterPlay(): void {
    this.ended = false
    this.failing = false
    this.excused = false
    this.endedRole = undefined
    this.forgetNotifications()
  }

  forgetNotifications(): void {
    this.notifications.clear()
    this.notified.clear()
    this.pending.clear()
  }

  count(what: Count, by = 1): void {
    this.#tally[what] += by
  }

  get tally(): HostTally {
    return { ...this.#tally }
  }

  /** Facts as a result has them: each is a variable of that name, and stands in `ansible_facts` without `ansible_`. */
  addFacts(facts: ValueRecord): void {
    for (const [name, value] of Object.entries(facts)) {
      this.#injected.set(name, { value })
      this.facts[factName(name)] = value
    }
    this.#factVars = undefined
    const entries = [...this.#injected].map(([name, entry]) => [name, entry.value] as const)
    this.#cache?.write(this.name, record([...entries, [GATHERED, this.factsGathered]]))
  }

  clearFacts(): void {
    for (const name of Object.keys(this.facts)) Reflect.deleteProperty(this.facts, name)
    this.#injected.clear()
    this.#factVars = undefined
    this.factsGathered = false
    this.#cache?.remove(this.name)
  }

  /** Facts as variables, and all of them as `ansible_facts`. */
  get factVars(): VarMap {
    this.#factVars ??= new Map([...this.#injected, ['ansible_facts', { value: record(Object.entries(this.facts)) }]])
    return this.#factVars
  }
}

/** Ansible's own mark in a cache of facts. */
const GATHERED = '_ansible_facts_gathered'

function factName(name: string): string {
  return name.startsWith('ansible_') && name !== 'ansible_local' ? name.slice('ansible_'.length) : name
}
