/**
 * A probe is a question to a host: a shell fragment that only reads, and how its answer becomes a typed state. It has a
 * name (`kind`, `key`) so that the predicted host can answer it from the effects of earlier, simulated changes.
 */
export interface Probe<T> {
  /** What is asked about: `file`, `package`, `service`, `user`, `mysql_db`, … */
  readonly kind: string
  /** Which one: a path, a name. With the kind it is what an `Effect` overrides. */
  readonly key: string
  /** Reads only; the prelude's functions may be used. All probes asked in one tick travel in one request. */
  readonly script: string
  readonly parse: (answer: ProbeAnswer) => T | Unavailable
  /**
   * The state to believe where the probe is unavailable (no such program, connection refused) and check mode has
   * predicted that what it asks is going to be installed or started: a fresh database server has no databases.
   */
  readonly fresh?: (() => T) | undefined
  /** `run`: the resource belongs to the deployment (an API's projects), one answer for all hosts. Default `host`. */
  readonly scope?: 'host' | 'run' | undefined
}

export interface ProbeAnswer {
  readonly rc: number
  readonly stdout: Buffer
  /** `stdout` as UTF-8. */
  readonly text: string
  readonly stderr: string
}

/** A probe's answer when the question itself cannot be asked on this host: becomes the task's failure, or `fresh`. */
export class Unavailable {
  readonly reason: string
  readonly hint: string | undefined

  constructor(reason: string, hint?: string) {
    this.reason = reason
    this.hint = hint
  }
}

/** What the predicted host should believe after a change. `state` has the type that the probe of this kind gives. */
export interface Effect {
  readonly kind: string
  readonly key: string
  readonly state: unknown
  readonly scope?: 'host' | 'run' | undefined
}

/** Thrown by the predicted host alone: the answer depends on something that check mode cannot know. */
export class UnknownState extends Error {
  readonly reason: string

  constructor(reason: string) {
    super(reason)
    this.name = 'UnknownState'
    this.reason = reason
  }
}

/** Thrown where a question cannot be asked on a host (no such program, no permission): the task fails with the reason. */
export class ProbeUnavailable extends Error {
  readonly reason: string
  readonly hint: string | undefined

  constructor(unavailable: Unavailable) {
    super(unavailable.reason)
    this.name = 'ProbeUnavailable'
    this.reason = unavailable.reason
    this.hint = unavailable.hint
  }
}
