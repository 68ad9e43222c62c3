import type { RunnerError } from './error.ts'
import type { TaskResult } from './result.ts'
import type { Source } from './source.ts'
import type { Value, ValueRecord } from './value.ts'

/** The closed stream between `execute/` and `report/`: every reader (human, json, junit, journal) sees these and nothing else. */
export type RunEvent =
  | {
      readonly type: 'run-start'
      readonly at: number
      readonly playbooks: readonly string[]
      readonly checkMode: boolean
      /** What the run rests on, where a journal is kept. */
      readonly basis?: RunBasis | undefined
      /** How many plays come of each playbook of the command line. */
      readonly plays?: Readonly<Record<string, number>> | undefined
    }
  | {
      readonly type: 'play-start'
      readonly at: number
      readonly play: PlayRef
      readonly hosts: readonly string[]
      /** All hosts do a task before the next one begins; else tasks of different hosts come mixed. */
      readonly lockstep: boolean
    }
  /** A part of the play's hosts (`serial`), or all of them, begins. */
  | { readonly type: 'batch-start'; readonly at: number; readonly play: PlayRef; readonly hosts: readonly string[] }
  | { readonly type: 'play-skipped'; readonly at: number; readonly play: PlayRef; readonly reason: 'no-hosts-matched' | 'no-hosts-left' }
  | { readonly type: 'task-start'; readonly at: number; readonly task: TaskRef; readonly hosts: readonly string[] }
  | { readonly type: 'host-task-start'; readonly at: number; readonly task: TaskRef; readonly host: string }
  | {
      readonly type: 'item-result'
      readonly at: number
      readonly task: TaskRef
      readonly host: string
      readonly item: Value
      readonly label: Value
      readonly delegate?: string | undefined
      /** `ansible_host` of the delegate. */
      readonly delegateAddress?: string | undefined
      readonly result: TaskResult
    }
  | {
      readonly type: 'host-task-result'
      readonly at: number
      readonly task: TaskRef
      readonly host: string
      readonly delegate?: string | undefined
      readonly delegateAddress?: string | undefined
      readonly looped: boolean
      readonly result: TaskResult
      readonly seconds: number
      /** What a later run knows the task by, where a journal is kept. */
      readonly mark?: TaskMark | undefined
    }
  | {
      readonly type: 'retry'
      readonly at: number
      readonly task: TaskRef
      readonly host: string
      readonly left: number
      readonly result: TaskResult
    }
  | {
      readonly type: 'output'
      readonly at: number
      readonly task: TaskRef
      readonly host: string
      readonly stream: 'stdout' | 'stderr'
      readonly text: string
    }
  | {
      readonly type: 'included'
      readonly at: number
      readonly task: TaskRef
      readonly hosts: readonly string[]
      readonly file: string
      /** Of the loop's item that it was included for. */
      readonly label?: Value | undefined
    }
  /** A `meta` task of the playbook on one host: what it does, or why it does not. */
  | {
      readonly type: 'meta'
      readonly at: number
      readonly task: TaskRef
      readonly host: string
      readonly message: string
      /** Where its condition did not hold. */
      readonly result?: TaskResult | undefined
    }
  /** A task waits for its job (`async` with `poll`): the job is still at it, or has ended. */
  | {
      readonly type: 'job'
      readonly at: number
      readonly task: TaskRef
      readonly host: string
      readonly id: string
      readonly state: 'running' | 'ok' | 'failed'
    }
  /** A handler is to run on a host. */
  | { readonly type: 'notified'; readonly at: number; readonly handler: string; readonly host: string }
  | { readonly type: 'rescued'; readonly at: number; readonly host: string; readonly block: string }
  | {
      readonly type: 'warning'
      readonly at: number
      readonly message: string
      readonly source?: Source | undefined
      readonly hint?: string | undefined
      /** A deprecation: it works, but a later release of the language will refuse it. */
      readonly kind?: 'deprecation' | undefined
    }
  /** A person is asked something on the terminal, or has answered. */
  | { readonly type: 'prompt'; readonly at: number; readonly state: 'asking' | 'answered' }
  | { readonly type: 'no-more-hosts'; readonly at: number; readonly play: PlayRef }
  | { readonly type: 'play-end'; readonly at: number; readonly play: PlayRef }
  | {
      readonly type: 'stats'
      readonly at: number
      /** The host that the figures are about; undefined: the run. */
      readonly host: string | undefined
      /** Add to earlier figures of the same name rather than replace them. */
      readonly aggregate: boolean
      readonly data: ValueRecord
    }
  | { readonly type: 'error'; readonly at: number; readonly error: RunnerError }
  | { readonly type: 'run-end'; readonly at: number; readonly hosts: Readonly<Record<string, HostTally>>; readonly seconds: number }

export type RunEventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>

/** Digests of what a run rests on, by what a person would call it; none of them can be turned back into what it was made of. */
export interface RunBasis {
  /** Arguments of the command line, and the inventory's hosts and groups: any that differs is another run. */
  readonly choices: Readonly<Record<string, string>>
  /** Variables by the file that sets them. */
  readonly variables: Readonly<Record<string, string>>
  /** Files that tasks send to hosts. */
  readonly files: Readonly<Record<string, string>>
  /** The journal of the run that this one goes on with. */
  readonly follows?: string | undefined
}

/** What tells a host's task from all others of a run, in this run and in a later one of the same playbooks. */
export interface TaskMark {
  /** Play, role, name and action, and which time it is that the host comes by. */
  readonly key: string
  /** Of the task as it is written. */
  readonly print: string
  /** It was done by an earlier run, whose result this is. */
  readonly recalled?: true | undefined
}

export interface PlayRef {
  readonly id: number
  readonly name: string
  readonly source: Source
}

export interface TaskRef {
  /** Unique among the steps of a run; an included file's steps get ids of their own. */
  readonly id: number
  /** The templated name, with the role in front: `keystone : Create the database`. */
  readonly name: string
  readonly action: string
  readonly role?: string | undefined
  readonly handler: boolean
  /** Simulated: `--check`, or `check_mode: true`. */
  readonly checkMode?: boolean | undefined
  readonly tags: readonly string[]
  readonly source: Source
}

/** What the recap prints of a host. `unknown` is counted in check mode only. */
export interface HostTally {
  readonly ok: number
  readonly changed: number
  readonly unreachable: number
  readonly failed: number
  readonly skipped: number
  readonly rescued: number
  readonly ignored: number
  readonly unknown: number
}

export type Emit = (event: RunEvent) => void
