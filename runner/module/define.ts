import type { z } from 'zod'
import type { Secret, Value } from '../base/value.ts'
import type { ReadOnlyHost } from '../host/host.ts'
import type { Change, Failure, Outcome } from './change.ts'

/** The contract a module signs. `check` reads, `plan` decides purely, the engine applies (or predicts) and reports. */
export interface Module<A = unknown, S = unknown> {
  readonly name: string
  readonly summary: string
  /** Longer text for the docs page, Markdown. */
  readonly description?: string | undefined
  /** The one source of names, types, defaults, docs and errors. A `z.strictObject` (refinements allowed). */
  readonly args: z.ZodType<A>
  /** Other names of arguments: `{ pkg: 'name' }`. */
  readonly aliases?: Readonly<Record<string, string>> | undefined
  /** The argument that free-form text goes to (`command: ls -l`). */
  readonly freeForm?: string | undefined
  /** Fully qualified names that mean this module besides `ansible.builtin.NAME`. */
  readonly fqcn?: readonly string[] | undefined
  /** What a result holds besides `changed`, for docs and checks. */
  readonly returns?: z.ZodType | undefined
  readonly examples: readonly Example[]
  /** Where check mode cannot be trusted and why, for the docs: `command` and its kin. */
  readonly checkMode?: 'full' | 'none' | undefined
  /** Reads only. Ask independent questions together (`Promise.all`): all that are asked in one tick are one round trip. */
  check(host: ReadOnlyHost, args: A, context: ModuleContext): Promise<S | Failure>
  /** Pure: same state and arguments, same plan; no I/O, no clock, no randomness. */
  plan(state: S, args: A): readonly Change[] | Failure
  /** The registered result's own keys, from what was read and what the applied actions answered (none in check mode). */
  result?(state: S, args: A, outcomes: readonly Outcome[]): Readonly<Record<string, unknown>> | Failure
}

/**
 * One executed example: its YAML is shown in the docs and run as a test. All examples run on one bare host of the lab, by name of
 * module and, in a module, in order: they may build on those before them in the module, and name nothing that other modules' name.
 */
export interface Example {
  readonly name: string
  /** One task, as a user would write it. Files of the controller that it names lie in `test/lab/_files`. */
  readonly yaml: string
  /** What it does there; `false`: it cannot run on a bare host and is only compiled. */
  readonly lab?: false | ExampleRun | undefined
}

export interface ExampleRun {
  /** Status of the first run. Check mode must foretell it, with the same changes. */
  readonly first: 'changed' | 'ok'
  /** Status of the second run; default `ok`. */
  readonly second?: 'changed' | 'ok' | undefined
  /** A task, or a list of tasks, that makes the host ready. It is run more than once, in check mode too. */
  readonly before?: string | undefined
  /** What of the kernel it needs and the lab's hosts lack, for example `device-mapper`: it runs in a virtual machine instead (test/vm). */
  readonly kernel?: string | undefined
}

/** What `check` may use of the controller. */
export interface ModuleContext {
  /** The host that the task is for, by its inventory name; where it is delegated, the module works on another one (`host.name`). */
  readonly inventoryName: string
  /** How the host is reached; `local` is the controller itself. */
  readonly connection: 'ssh' | 'local'
  /** The gathered facts of the host, `ansible_` prefix taken off; empty where facts were not gathered. */
  readonly facts: Readonly<Record<string, Value>>
  /** `--diff`: modules may read old content only to show it. */
  readonly diff: boolean
  readonly local: LocalFiles
  /** Milliseconds since the epoch when it is asked for; the only clock a module sees. */
  readonly now: number
  readonly signal: AbortSignal
  /** The host's `environment:` for this task, for programs that `check` runs with `host.query`. */
  readonly env: Readonly<Record<string, string>>
  warn(message: string): void
  /** Tokens that many tasks of a run need; without it each task asks anew. */
  readonly memo?: SecretMemo | undefined
}

/** Secrets kept in memory for one run: made once per key, by whoever asks first. */
export interface SecretMemo {
  get(key: string, make: () => Promise<Secret>): Promise<Secret>
  forget(key: string): void
}

export type DigestAlgorithm = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512'

/** Files of the controller, found as Ansible finds them: role, including file's folder, playbook. */
export interface LocalFiles {
  /** The absolute path of a `files/` or `templates/` source; a RunnerError `not-found` that lists the places looked at. */
  find(kind: 'files' | 'templates', name: string): Promise<string>
  read(path: string): Promise<Buffer>
  /** The bytes of a file that is encrypted with the vault, opened; undefined where it is not encrypted. */
  opened(path: string): Promise<Buffer | undefined>
  stat(path: string): Promise<{
    readonly type: 'file' | 'directory'
    readonly size: number
    readonly mode: number
    readonly mtime: number
    /** The name of who owns it, or the number where there is none. */
    readonly owner?: string | undefined
  }>
  /** All files and folders below a folder, relative paths, sorted. */
  walk(path: string): Promise<readonly { readonly path: string; readonly type: 'file' | 'directory' | 'link'; readonly mode: number }[]>
  /** Hex SHA-256 of a file of any size. A file that stays as it is is read once in a run. */
  sha256(path: string): Promise<string>
  /** The same by another algorithm, in hex. */
  digest(path: string, algorithm: DigestAlgorithm): Promise<string>
  /** What an archive holds. A file that stays as it is is read once in a run. */
  archive(path: string): Promise<Archive>
  /** Where a path that the controller is to write leads: a relative one starts at the playbook's folder, `~` is this user's home. */
  place(path: string): string
  /** A template file rendered with the task's variables. `secret` tells that a Secret went into the text. */
  render(path: string, options?: RenderOptions): Promise<{ readonly text: string; readonly secret: boolean }>
}

/** How the bytes of an archive are packed: zip, or tar by itself or in one of these. */
export type ArchivePacking = 'none' | 'gzip' | 'bzip2' | 'xz' | 'zstd' | 'zip'

export interface Archive {
  readonly packing: ArchivePacking
  /** Undefined, with the reason, where the controller cannot read it. */
  readonly members: readonly ArchiveMember[] | undefined
  readonly reason?: string | undefined
}

export interface ArchiveMember {
  /** As it is written in the archive. */
  readonly path: string
  readonly type: 'file' | 'directory' | 'link' | 'hardlink' | 'other'
  /** Undefined where the archive was made on a system without modes. */
  readonly mode: number | undefined
  /** A zip archive tells neither owners nor, to the second, times. */
  readonly uid: number | undefined
  readonly gid: number | undefined
  readonly owner: string
  readonly group: string
  readonly size: number
  /** Whole seconds since the epoch. */
  readonly mtime: number | undefined
  /** Of links. */
  readonly target?: string | undefined
  /** Of files, hex. */
  readonly sha256?: string | undefined
}

export interface RenderOptions {
  readonly trimBlocks?: boolean | undefined
  readonly lstripBlocks?: boolean | undefined
  readonly newline?: '\n' | '\r' | '\r\n' | undefined
  readonly delimiters?:
    | Readonly<Partial<Record<'blockStart' | 'blockEnd' | 'variableStart' | 'variableEnd' | 'commentStart' | 'commentEnd', string>>>
    | undefined
  /** Extra variables: `ansible_managed`, `template_path` … */
  readonly vars?: Readonly<Record<string, Value>> | undefined
}

/** Checks a module's types; what a module file exports by default. */
export function defineModule<A, S>(module: Module<A, S>): Module<A, S> {
  return module
}
