import { Unknown } from '../base/value.ts'
import { FileBeliefs } from './_file-beliefs.ts'
import type { Effect } from './probe.ts'

/** A predicted state, or that it cannot be known. */
export type Belief = { readonly kind: 'state'; readonly state: unknown } | { readonly kind: 'unknown'; readonly reason: string }

/** What simulated changes make true: of one host, and of the deployment that all hosts of the run share. */
export class Prediction {
  readonly files = new FileBeliefs()
  readonly #shared: Map<string, Belief>
  readonly #own = new Map<string, Belief>()
  readonly #hosts = new Map<string, Prediction>()
  readonly #installs: string[] = []
  readonly #starts = new Set<string>()
  #startsNothing = true
  #clock = 0
  #lastInstall = 0

  constructor(shared: Map<string, Belief> = new Map()) {
    this.#shared = shared
  }

  /** The prediction of a host; all hosts of one prediction share what belongs to the run. */
  forHost(name: string): Prediction {
    const known = this.#hosts.get(name)
    if (known !== undefined) return known
    const made = new Prediction(this.#shared)
    this.#hosts.set(name, made)
    return made
  }

  /** Believes the effects of a change from now on. */
  apply(effects: readonly Effect[]): void {
    for (const effect of effects) this.#believe(effect)
  }

  belief(kind: string, key: string, scope: 'host' | 'run' = 'host'): Belief | undefined {
    return (scope === 'run' ? this.#shared : this.#own).get(nameOf(kind, key))
  }

  /** What may bring a thing that is not there yet, for a person: `package nova-api`; undefined where nothing is to be installed. */
  get newcomers(): string | undefined {
    const names = this.#installs
    if (names.length === 0) return undefined
    const shown = names.slice(0, MOST_NAMES).join(', ')
    const more = names.length > MOST_NAMES ? ` and ${String(names.length - MOST_NAMES)} more` : ''
    return `${names.length === 1 ? 'package' : 'packages'} ${shown}${more}`
  }

  /** Whether all packages to be installed are kept from starting services. */
  get startsNothing(): boolean {
    return this.#startsNothing
  }

  /** Why something that does not answer now may answer by then: packages to be installed, services to be started. */
  get awaited(): string | undefined {
    const services = [...this.#starts].slice(0, MOST_NAMES)
    const started = services.length === 0 ? undefined : `service ${services.join(', ')}`
    const parts = [this.newcomers, started].filter((part) => part !== undefined)
    return parts.length === 0 ? undefined : parts.join(' and ')
  }

  /** Whether packages are to be installed after a moment that `files` gave. */
  installsAfter(at: number): boolean {
    return this.#lastInstall > at
  }

  #believe(effect: Effect): void {
    const { kind, key, state } = effect
    this.#clock += 1
    if (kind === 'file' && effect.scope !== 'run') {
      this.files.set(key, state, this.#clock)
      return
    }
    if (kind === 'package') this.#notePackage(key, state)
    if (kind === 'service') this.#noteService(key, state)
    const store = effect.scope === 'run' ? this.#shared : this.#own
    const name = nameOf(kind, key)
    store.set(
      name,
      state instanceof Unknown
        ? { kind: 'unknown', reason: state.reason }
        : { kind: 'state', state: combined(kind, store.get(name), state) },
    )
  }

  #notePackage(name: string, state: unknown): void {
    const gone = hasFlag(state, 'installed', false)
    if (gone || this.#installs.includes(name)) return
    this.#installs.push(name)
    if (!hasFlag(state, 'startsServices', false)) this.#startsNothing = false
    this.#lastInstall = this.#clock
  }

  #noteService(name: string, state: unknown): void {
    if (hasFlag(state, 'active', true)) this.#starts.add(name.replace(/\.service$/, ''))
  }
}

const MOST_NAMES = 3

/** States of these kinds are partial: what an effect does not tell stays as an earlier one left it. */
const PARTIAL = new Set(['service', 'user', 'group'])

function combined(kind: string, old: Belief | undefined, state: unknown): unknown {
  if (!PARTIAL.has(kind) || old?.kind !== 'state' || hasFlag(old.state, 'exists', false) || hasFlag(state, 'exists', false)) return state
  return Object.assign({}, old.state, state)
}

function hasFlag(state: unknown, flag: string, value: boolean): boolean {
  return typeof state === 'object' && state !== null && Object.entries(state).some(([name, set]) => name === flag && set === value)
}

/** `cron` and `cron.service` are one thing. */
function nameOf(kind: string, key: string): string {
  return `${kind} ${kind === 'service' ? key.replace(/\.service$/, '') : key}`
}
