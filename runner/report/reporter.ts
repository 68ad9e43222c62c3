import type { RunEvent } from '../base/event.ts'

/** A reader of the run's events. It is told every event in order, and at the end to write what it kept back. */
export interface Reporter {
  handle(event: RunEvent): void
  finish(): Promise<void>
}

/** Where a reporter writes to: a stream of the process, or a test's own. */
export interface Sink {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

/** Replaces secret texts by `***`; everything that leaves a reporter has gone through it. */
export type Mask = (text: string) => string
