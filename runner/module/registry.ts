import type { z } from 'zod'
import type { Module } from './define.ts'

/** What the compiler needs to know of a task's action before any host is touched. */
export interface ActionSpec {
  readonly name: string
  readonly kind: 'module' | 'action'
  readonly args: z.ZodType
  readonly aliases: Readonly<Record<string, string>>
  readonly freeForm: string | undefined
  /** Actions that read their argument themselves as an expression or a list of tasks (`assert.that`, `debug.var`): not rendered beforehand. */
  readonly rawArgs: readonly string[]
  readonly module: Module | undefined
  /** Runs once for all hosts of a play: `add_host`, `pause`. */
  readonly wholePlay?: boolean | undefined
}

/** Finds modules and controller actions by short or fully qualified name. Loads a module's file on first use. */
export interface Registry {
  /** Undefined where there is no such module. `from` are folders with the user's own modules, nearest first. */
  find(name: string, from?: readonly string[]): Promise<ActionSpec | undefined>
  /** All names, for "did you mean". */
  names(): readonly string[]
}
