import type { Emit } from '../base/event.ts'
import type { SecretRegistry } from '../base/secret-registry.ts'
import type { Inventory } from '../load/inventory-types.ts'
import type { IncludeCompiler, Plan } from '../plan/types.ts'
import type { Io } from './io.ts'
import type { Project } from './project.ts'
import type { RunChoices } from './run-choices.ts'

/** What a command line that runs tasks needs all the way. */
export interface Job {
  readonly choices: RunChoices
  /** Absolute paths. */
  readonly playbooks: readonly string[]
  readonly secrets: SecretRegistry
  readonly io: Io
  readonly emit: Emit
}

/** Playbooks that were read and checked, and the hosts they are for. */
export interface Loaded {
  readonly project: Project
  readonly inventory: Inventory
  readonly plan: Plan
  readonly includes: IncludeCompiler
  /** What `--limit` leaves. */
  readonly hosts: ReadonlySet<string> | undefined
}
