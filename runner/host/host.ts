import type { Secret } from '../base/value.ts'
import type { Probe } from './probe.ts'

/** What a module's `check` may do with a host: read. Real and predicted hosts both are one. */
export interface ReadOnlyHost {
  /** The inventory name. */
  readonly name: string
  /** True where changes are simulated (`--check`, `check_mode: true`). */
  readonly predicted: boolean
  probe<T>(probe: Probe<T>): Promise<T>
  /** Metadata of a path, and its content or checksum when asked. */
  file(path: string, want?: FileWant): Promise<FileState>
  package(name: string, want?: PackageWant): Promise<PackageState>
  service(name: string): Promise<ServiceState>
  user(name: string): Promise<UserState>
  group(name: string): Promise<GroupState>
  /** The path of a program on the host's PATH (with sbin folders), or undefined. */
  which(program: string): Promise<string | undefined>
  /** Runs a program that only reads. On a predicted host it is `UnknownState` when the program is missing but may be installed by then. */
  query(argv: readonly string[], options?: QueryOptions): Promise<QueryAnswer>
  /** An HTTP request that only reads (GET, HEAD, or a POST that asks for a token), made from the managed host's side of the network. */
  http(request: HttpRequest): Promise<HttpResponse>
}

export interface FileWant {
  /** The file's bytes, when it is no larger than this many; default none. */
  readonly content?: number | undefined
  readonly sha256?: boolean | undefined
  /** Look at what a symbolic link points to. Default false. */
  readonly follow?: boolean | undefined
}

export interface PackageWant {
  /** Also the version that would be installed, which costs apt a second or so. */
  readonly candidate?: boolean | undefined
}

/** `unknown` on a predicted host: a package to be installed may bring it. */
export type FileState = { readonly type: 'absent' } | { readonly type: 'unknown'; readonly reason: string } | FileStat

export interface FileStat {
  readonly type: 'file' | 'directory' | 'link' | 'block' | 'char' | 'fifo' | 'socket'
  /** Permission bits with setuid, setgid and sticky: 0o7777 at most. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly owner: string
  readonly group: string
  readonly size: number
  /** Seconds since the epoch. */
  readonly mtime: number
  readonly atime: number
  readonly ctime: number
  readonly inode: number
  readonly dev: number
  readonly nlink: number
  /** A link's target as it is written in the link. */
  readonly target?: string | undefined
  /** Hex; present when asked for and the path is a file. Undefined on a predicted host whose content is not known. */
  readonly sha256?: string | undefined
  /** Present when asked for and small enough. */
  readonly content?: Buffer | undefined
}

export interface PackageState {
  readonly installed: boolean
  readonly version?: string | undefined
  /** When asked for: the version that would be installed, or undefined where no source has one. */
  readonly candidate?: string | undefined
  /** Another package that is installed provides it (virtual packages). */
  readonly providedBy?: string | undefined
}

export interface ServiceState {
  readonly exists: boolean
  readonly active: boolean
  /** systemd's ActiveState: active, inactive, failed, activating … */
  readonly state: string
  readonly enabled: boolean
  readonly masked: boolean
  /** systemd's UnitFileState: enabled, disabled, static, masked, alias … */
  readonly unitState: string
  /** On a predicted host: why the state cannot be known. */
  readonly unknown?: string | undefined
  /** Which parts of it are known all the same. */
  readonly known?: readonly ('active' | 'enabled' | 'masked')[] | undefined
}

export type UserState = { readonly exists: false } | ({ readonly exists: true } & UserEntry)

export interface UserEntry {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly group: string
  readonly comment: string
  readonly home: string
  readonly shell: string
  /** Supplementary groups. */
  readonly groups: readonly string[]
  /** The crypted password, `!` for locked; undefined where it may not be read. */
  readonly password?: string | undefined
}

export type GroupState =
  | { readonly exists: false }
  | { readonly exists: true; readonly name: string; readonly gid: number; readonly members: readonly string[] }

export interface QueryOptions {
  readonly stdin?: string | Secret | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly cwd?: string | undefined
  readonly timeout?: number | undefined
  /** What the predicted host takes as the answer when the program is not there yet but will be. */
  readonly fresh?: QueryAnswer | undefined
}

export interface QueryAnswer {
  readonly rc: number
  readonly stdout: string
  readonly stderr: string
}

export interface HttpRequest {
  readonly method: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string | Secret>> | undefined
  /** Text, bytes, or a file of the controller that is streamed. */
  readonly body?: string | Secret | Buffer | { readonly local: string } | undefined
  /** Milliseconds; default 30,000. */
  readonly timeout?: number | undefined
  readonly followRedirects?: 'none' | 'safe' | 'all' | undefined
  readonly validateCerts?: boolean | undefined
}

export interface HttpResponse {
  /** 0 where nothing answered; `error` says why (ECONNREFUSED …). */
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly url: string
  readonly error?: string | undefined
}

/** Reads the body of an answer as it comes; what it gives is the response's body. */
export type TakeBody = (head: Omit<HttpResponse, 'body' | 'error'>, body: AsyncIterable<Uint8Array>) => Promise<Buffer>
