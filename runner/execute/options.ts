import type { RunnerError } from '../base/error.ts'
import type { Emit, HostTally, RunBasis } from '../base/event.ts'
import type { SecretRegistry } from '../base/secret-registry.ts'
import type { Secret } from '../base/value.ts'
import type { ConnectionPool } from '../host/pool.ts'
import type { Inventory } from '../load/inventory-types.ts'
import type { VarMap } from '../load/layer.ts'
import type { Decrypt } from '../load/source-file.ts'
import type { Vault } from '../load/vault-secrets.ts'
import type { Registry } from '../module/registry.ts'
import type { IncludeCompiler, Selection } from '../plan/types.ts'
import type { TemplateEngine } from '../template/engine.ts'
import type { Earlier } from './earlier.ts'
import type { FactCache } from './fact-cache.ts'
import type { SshArguments } from './ssh-arguments.ts'
import type { Terminal } from './terminal.ts'

/** Everything a run needs besides the plan; nothing is read from the ambient process. */
export interface RunOptions {
  readonly inventory: Inventory
  readonly includes: IncludeCompiler
  readonly engine: TemplateEngine
  readonly registry: Registry
  readonly pool: ConnectionPool
  readonly emit: Emit
  readonly signal: AbortSignal
  readonly selection: Selection
  /** `--limit`, as given. */
  readonly limit: string | undefined
  /** What a file of `--limit` is relative to; default the working folder of the process. */
  readonly cwd?: string | undefined
  readonly forks: number
  readonly checkMode: boolean
  readonly diff: boolean
  readonly verbosity: number
  readonly extraVars: VarMap
  readonly cliDefaults: CliDefaults
  readonly forceHandlers: boolean
  /** Ask before each task. */
  readonly step?: boolean | undefined
  /** Default implicit. */
  readonly gathering?: Gathering | undefined
  /** Facts of earlier runs; absent where they live for one run. */
  readonly factCache?: FactCache | undefined
  /** What the run rests on, where a journal is kept. */
  readonly basis?: RunBasis | undefined
  /** What an earlier run has done, where this one goes on with it. */
  readonly earlier?: Earlier | undefined
  readonly secrets: SecretRegistry
  /** Absent where no vault password was given. */
  readonly vault?: Vault | undefined
  /** Absent where nobody can be asked. */
  readonly terminal?: Terminal | undefined
  /** `ansible.cfg`'s and the environment's HOME and SSH_AUTH_SOCK, for keys and the agent. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** When facts are gathered: in each play, where a play asks for it, or once a run (and not where the cache has them). */
export type Gathering = 'implicit' | 'explicit' | 'smart'

/** Connection flags of the command line: below every variable. */
export interface CliDefaults {
  readonly user?: string | undefined
  readonly privateKeyFiles?: readonly string[] | undefined
  readonly password?: Secret | undefined
  readonly become?: boolean | undefined
  readonly becomeUser?: string | undefined
  readonly becomeMethod?: string | undefined
  readonly becomePassword?: Secret | undefined
  readonly connection?: string | undefined
  /** Seconds. */
  readonly timeout?: number | undefined
  readonly port?: number | undefined
  readonly becomeExe?: string | undefined
  readonly becomeFlags?: string | undefined
  /** Arguments of ssh. */
  readonly sshArguments?: SshArguments | undefined
  readonly hostKeyChecking?: boolean | undefined
  readonly retries?: number | undefined
  /** The shell of the managed hosts. */
  readonly shell?: string | undefined
}

export interface RunOutcome {
  readonly tallies: Readonly<Record<string, HostTally>>
  /** Hosts that are out at the end; errors that were cleared do not count. */
  readonly lost: { readonly failed: readonly string[]; readonly unreachable: readonly string[] }
  /** An error that ended the whole run: its place and exit code are the command line's business. */
  readonly fatal?: RunnerError | undefined
}

/** Opens encrypted texts with the run's vault passwords; undefined where there are none. */
export function decryptOf({ vault }: Pick<RunOptions, 'vault'>): Decrypt | undefined {
  return vault === undefined ? undefined : (text) => vault.open(text).toString('utf8')
}
