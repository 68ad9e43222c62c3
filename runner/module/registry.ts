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
  /** A program of the user's that runs on the host and says itself what it did. */
  readonly foreign?: ForeignModule | undefined
  /** Runs once for all hosts of a play: `add_host`, `pause`. */
  readonly wholePlay?: boolean | undefined
}

/** A module that is an executable of any language. */
export interface ForeignModule {
  readonly file: string
  /**
   * How it takes its arguments: as a file of JSON (`json`, and programs that are no text), as a file of `key=value` words, or put
   * into its own text.
   */
  readonly protocol: 'json' | 'key-value' | 'inserted' | 'binary'
  /** The words of its `#!` line; empty for a program that is no text. */
  readonly interpreter: readonly string[]
  /** It looks at the argument that tells of check mode. */
  readonly simulates: boolean
}

/** Finds modules and controller actions by short or fully qualified name. Loads a module's file on first use. */
export interface Registry {
  /** Undefined where there is no such module; one that needs Python is a RunnerError. `from` are folders with the user's own modules, nearest first. */
  find(name: string, from?: readonly string[]): Promise<ActionSpec | undefined>
  /**
   * The user's module of a name in one folder, such as a collection's.
   * @throws RunnerError `syntax` for one that needs Python
   */
  inFolder(name: string, folder: string): Promise<ActionSpec | undefined>
  /** All names, for "did you mean". */
  names(): readonly string[]
}
