import type { Tool } from './tools.ts'

/** What a command may use of the process it runs in; tests give their own. */
export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY: boolean }
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal
  /** Ansible's program by whose name we were called; we then speak as it does. */
  readonly tool?: Tool | undefined
}

export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

/** Every command is one of these; the number is the exit code. */
export type Command = (args: readonly string[], io: Io) => Promise<number>
