import type { Duplex } from 'node:stream'
import type { Secret } from '../base/value.ts'

/** One standing shell on a host, as one user. Everything the product does on a host goes through it. */
export interface Session {
  /** One framed request; requests of a session run one after the other, in the order asked. */
  request(request: SessionRequest): Promise<SessionAnswer>
  /** Streams bytes into a new file of any size: 0600 temporary file in the same directory, fsync, rename. */
  upload(upload: Upload): Promise<void>
  /** Streams a file of any size from the host. */
  download(path: string, onChunk: (chunk: Buffer) => void, signal: AbortSignal): Promise<void>
  /** How many requests went over the wire: the count of round trips that tests and the bench look at. */
  readonly roundTrips: number
  /** The next request gets a fresh shell, for one whose streams a process left behind still writes to. */
  retire(): void
  close(): Promise<void>
}

export interface SessionRequest {
  /**
   * POSIX shell text, run in the standing shell itself inside `{ …; } </dev/null`. It may use the prelude's functions
   * (`host/_prelude.ts`), must not change the shell's state (cd, umask, traps, variables outside `sr_*`) and must not read stdin.
   */
  readonly script: string
  /** Kills the remote process group at the end of it; milliseconds. */
  readonly timeout?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Live output, in pieces as it comes. */
  readonly onOutput?: ((stream: 'stdout' | 'stderr', chunk: Buffer) => void) | undefined
  /** Bytes kept of each stream; past it the output is cut and `truncated` says so. Default 16 MiB. */
  readonly maxOutput?: number | undefined
}

export interface SessionAnswer {
  readonly rc: number
  readonly stdout: Buffer
  readonly stderr: Buffer
  readonly truncated: boolean
  readonly timedOut: boolean
}

export interface Upload {
  readonly path: string
  readonly content: AsyncIterable<Uint8Array> | Uint8Array
  /** Octal, 0o600 for example; the old file's mode, or 0666 less umask, where it is not given. */
  readonly mode?: number | undefined
  readonly owner?: string | undefined
  readonly group?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** Who the commands of a session run as. */
export interface Become {
  readonly method: 'sudo' | 'su'
  readonly user: string
  readonly password?: Secret | undefined
  /** Further flags for the method, `-H` for example. */
  readonly flags?: readonly string[] | undefined
  readonly exe?: string | undefined
}

/** A way to a host: opens sessions, and byte streams to addresses that the host can reach. */
export interface Connection {
  session(become: Become | undefined): Promise<Session>
  /** A duplex stream to host:port as seen from the managed host (SSH direct-tcpip; a plain socket for local). */
  forward(host: string, port: number, signal?: AbortSignal): Promise<Duplex>
  readonly name: string
  /** The way to the host is gone: sessions of this connection only reject. */
  readonly lost: boolean
  close(): Promise<void>
}

/** Where and how to connect, from the inventory's `ansible_*` variables. */
export interface ConnectionSettings {
  /** The inventory name. */
  readonly name: string
  readonly kind: 'ssh' | 'local'
  readonly address: string
  readonly port: number
  readonly user: string
  readonly password?: Secret | undefined
  readonly privateKeyFiles: readonly string[]
  readonly passphrase?: Secret | undefined
  readonly agent?: string | undefined
  /** `accept-new` (default) records an unseen key, `yes` refuses it, `no` accepts all. */
  readonly hostKeyChecking: 'yes' | 'accept-new' | 'no'
  readonly knownHostsFiles: readonly string[]
  /** A pinned key, `ssh-ed25519 AAAA…`, from the inventory's `ansible_host_key`: then known_hosts is not looked at. */
  readonly hostKey?: string | undefined
  /** `user@host:port` hops, nearest first. */
  readonly proxyJump: readonly string[]
  /** Milliseconds until the connection must stand. */
  readonly connectTimeout: number
  readonly retries: number
  readonly keepaliveInterval: number
  /** The shell to run, `/bin/sh`. */
  readonly shell: string
}
