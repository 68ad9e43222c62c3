import { RunnerError } from '../base/error.ts'
import type { Emit } from '../base/event.ts'
import { formatSource, type Source } from '../base/source.ts'
import { Prediction } from '../host/prediction.ts'
import type { VarLayer, VarMap } from '../load/layer.ts'
import type { Archive } from '../module/define.ts'
import type { Strategy } from '../plan/strategies.ts'
import type { HandlerStep, Play } from '../plan/types.ts'
import { HostRun } from './host-run.ts'
import { Jobs } from './jobs.ts'
import { Marks } from './mark.ts'
import { RunMemo } from './memo.ts'
import type { RunOptions } from './options.ts'
import { PendingNotes } from './pending.ts'
import type { Slots } from './slots.ts'
import { Conversation } from './terminal.ts'

/** One run: its options and the hosts it has met. */
export class RunContext {
  readonly options: RunOptions
  readonly #hosts = new Map<string, HostRun>()
  readonly startedAt: number
  readonly memo = new RunMemo()
  readonly jobs = new Jobs()
  readonly pending = new PendingNotes()
  /** Checksums of controller files, by what tells one file from another. */
  readonly hashes = new Map<string, Promise<string>>()
  /** What archives of the controller hold. */
  readonly archives = new Map<string, Promise<Archive>>()

  /** Absent where nobody can be asked. */
  readonly conversation: Conversation | undefined

  /** Each task is asked for before it runs; until the person says to continue. */
  stepping: boolean

  /** Tells tasks from each other for a later run; absent where no journal is kept. */
  readonly marks: Marks | undefined

  constructor(options: RunOptions, startedAt: number) {
    this.marks = options.basis === undefined ? undefined : new Marks()
    this.options = options
    this.stepping = options.step === true
    this.conversation = options.terminal === undefined ? undefined : new Conversation(options.terminal, options.emit)
    this.startedAt = startedAt
  }

  host(name: string): HostRun {
    const known = this.#hosts.get(name)
    if (known !== undefined) return known
    const host = new HostRun(name, this.#prediction.forHost(name), this.options.checkMode ? undefined : this.options.factCache)
    this.#hosts.set(name, host)
    return host
  }

  readonly #prediction = new Prediction()

  get hosts(): IterableIterator<HostRun> {
    return this.#hosts.values()
  }

  get emit(): Emit {
    return this.options.emit
  }

  /** Tells a person of something once a run, however many hosts come across it. */
  warn(message: string, source: Source | undefined, hint?: string): void {
    const key = source === undefined ? message : `${message} ${formatSource(source)}`
    if (this.#warned.has(key)) return
    this.#warned.add(key)
    this.emit({ type: 'warning', at: Date.now(), message, source, hint })
  }

  readonly #warned = new Set<string>()

  /** Throws when the user interrupted the run: called between tasks. */
  checkInterrupted(): void {
    if (this.options.signal.aborted)
      throw new RunnerError('interrupted', 'interrupted', {
        hint:
          this.marks === undefined
            ? 'run the same command again: finished tasks will be ok'
            : 'the same command with --resume goes on from here',
      })
  }
}

/** One play on one batch of hosts. */
export interface PlayRun {
  readonly run: RunContext
  readonly play: Play
  /** Rendered. */
  readonly playName: string
  /** All hosts of the play, in the order of its pattern. */
  readonly allHosts: readonly HostRun[]
  /** The hosts of this batch. */
  readonly batch: readonly HostRun[]
  readonly playVars: VarMap
  /** `vars_files`, rendered per host. */
  readonly varsFiles: ReadonlyMap<string, VarMap>
  readonly prompted: VarMap
  /** Variables that a role of the play declares `no_log`: their texts are Secrets. */
  readonly secretNames: ReadonlySet<string>
  /** The play's handlers and, after them, those of dynamically included roles. */
  readonly handlers: HandlerStep[]
  /** Public variables of dynamically included roles. */
  readonly publicLayers: VarLayer[]
  readonly strategy: Strategy
  readonly slots: Slots
  /** `meta: end_play` / `end_batch`, `any_errors_fatal`. */
  /** Names that the play's pattern means since the inventory was read again. */
  refreshed?: readonly string[]
  ending: 'no' | 'batch' | 'play' | 'failed'
}
