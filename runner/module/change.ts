import type { FileDiff } from '../base/diff.ts'
import type { HttpHint } from '../base/http-reason.ts'
import type { Secret } from '../base/value.ts'
import type { HttpRequest } from '../host/host.ts'
import type { Effect } from '../host/probe.ts'
import type { DigestAlgorithm } from './define.ts'

/** One difference between what is and what is wanted, and the actions that close it. Plans are lists of these. */
export interface Change {
  /** For a person, in the infinitive: "create directory /srv/node (0755)". No secrets. */
  readonly what: string
  readonly actions: readonly Action[]
  /** What the predicted host believes afterwards; several where one action settles several things. */
  readonly effects?: readonly Effect[] | undefined
  /** Shown with `--diff`. */
  readonly diff?: FileDiff | undefined
  /**
   * `change` (default): counts as changed. `observe`: runs an action that changes nothing on the host (a wait, a GET).
   * `maybe`: whether it is needed cannot be known beforehand; in check mode the task is unknown with `why`. Its effects
   * hold afterwards either way: where it is not needed, things are so already.
   */
  readonly certainty?: 'change' | 'observe' | 'maybe' | undefined
  readonly why?: string | undefined
  /** The outcome whose stdout, where this regular expression (flag m) finds something, proves that nothing had to be changed after all. */
  readonly unchangedIf?: { readonly id: string; readonly stdout: string } | undefined
}

/** What is done to a host: data, never a function. Actions of one plan run in order; the first failure ends them. */
export type Action =
  | RunAction
  | ScriptAction
  | WriteAction
  | FetchAction
  | DownloadAction
  | HttpAction
  | PollAction
  | HttpPollAction
  | ReconnectAction

/** Runs a program, or with `shell` a command line given to a shell. Its own process group, killed at the timeout. */
export interface RunAction {
  readonly do: 'run'
  /** Names the outcome, for `ref()` and for `returns`. */
  readonly id?: string | undefined
  readonly argv: readonly string[]
  readonly stdin?: string | Secret | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly cwd?: string | undefined
  /** Octal. */
  readonly umask?: number | undefined
  /** Milliseconds. */
  readonly timeout?: number | undefined
  /** Exit codes that are a success; default [0]. `any` leaves the verdict to `returns`. */
  readonly okCodes?: readonly number[] | 'any' | undefined
  /** Another user of the host, through `runuser`/`su` (no password: the session is root's). */
  readonly user?: string | undefined
  /** In words, for the error message where the command itself says little to a reader: "check out v1 of URL". */
  readonly purpose?: string | undefined
}

/** A shell fragment made of the prelude's functions, with `quote()`d words: chmod, chown, mkdir, rm, ln, rename. */
export interface ScriptAction {
  readonly do: 'script'
  readonly id?: string | undefined
  readonly script: string
  /** In words, for the error message when it fails: "set the mode of /etc/motd". */
  readonly purpose: string
}

/** Writes a whole file: 0600 temporary file in the same directory, owner and mode, fsync, rename. */
export interface WriteAction {
  readonly do: 'write'
  readonly id?: string | undefined
  readonly path: string
  /** Bytes, or a file of the controller, streamed. */
  readonly content: string | Buffer | Secret | { readonly local: string }
  /** Octal; default: the old file's, else 0666 less umask. */
  readonly mode?: number | undefined
  readonly owner?: string | undefined
  readonly group?: string | undefined
  /** Keep the old file as `path.PID.YYYY-MM-DD@HH:MM:SS~`; its name is the outcome's stdout. */
  readonly backup?: boolean | undefined
  /** A command that must accept the new file before it takes its place; `%s` is the temporary file. */
  readonly validate?: string | undefined
  /** Where the path is a symbolic link: `follow` (default) writes the file that it leads to, `replace` puts a file in the link's place. */
  readonly link?: 'follow' | 'replace' | undefined
  /** Where the old content is the same the file is not touched, and the outcome's stdout is `same`. */
  readonly keepSame?: boolean | undefined
}

/**
 * Writes what an HTTP server answers, asked from the managed host's side of the network; the bytes go from stream to stream. A 304
 * leaves the file alone, as `keepSame` does. The outcome's `http` has the answer, and in the place of its body a `TransferredFile`.
 */
export interface FetchAction extends Omit<WriteAction, 'do' | 'content'> {
  readonly do: 'fetch'
  readonly request: FetchRequest
}

export interface FetchRequest {
  readonly url: string
  readonly headers?: HttpRequest['headers']
  /** Milliseconds until the answer begins, and between two pieces of it. */
  readonly timeout?: number | undefined
  readonly validateCerts?: boolean | undefined
  /** The body must have this checksum (hex); else the file is not written. */
  readonly checksum?: { readonly algorithm: string; readonly value: string } | undefined
  /** Unpack an answer that the server packed for the way (Content-Encoding). */
  readonly decompress?: boolean | undefined
}

/** Streams a file of the host into one of the controller, which gets its name when all of it is there. The outcome's stdout is JSON (`TransferredFile`). */
export interface DownloadAction {
  readonly do: 'download'
  readonly id?: string | undefined
  readonly path: string
  /** Where on the controller, absolute; folders above it are made. */
  readonly to: string
  /** Hex; a file that arrives with another sum is not kept. */
  readonly sha256?: string | undefined
}

/** What is known of a file that was streamed. */
export interface TransferredFile {
  readonly size: number
  readonly sha1: string
  readonly sha256: string
}

/** An HTTP request from the managed host's side of the network. */
export interface HttpAction {
  readonly do: 'http'
  readonly id?: string | undefined
  readonly request: Omit<RequestWithRefs, 'body'> & { readonly body?: RequestWithRefs['body'] | HostBody }
  /** Statuses that are a success; default 200-299. */
  readonly okStatus?: readonly number[] | undefined
  readonly purpose: string
  /** What a person can do about a refusal: the first that fits is told. */
  readonly hints?: readonly HttpHint[] | undefined
  /** A failure that is known to pass by itself: while the answer is like this one, the request is sent again. */
  readonly retry?: HttpRetry | undefined
}

/** `url` and a JSON `json` body may hold `ref()`s to earlier outcomes of the same plan. */
export type RequestWithRefs = Omit<HttpRequest, 'url' | 'body'> & {
  readonly url: string | readonly (string | OutcomeRef)[]
  readonly body?: HttpRequest['body']
  readonly json?: JsonWithRefs | undefined
}

/** Bytes that the managed host has or can get. Its own curl sends them, so that none of them passes through the controller. */
export type HostBody =
  | { readonly remote: string }
  | {
      /** An address; what it gives is sent only when all of it has come. */
      readonly download: string
      readonly digest?: { readonly algorithm: DigestAlgorithm; readonly hex: string } | undefined
    }

export interface HttpRetry {
  readonly status: readonly number[]
  /** A regular expression that the answer's text must match. */
  readonly text: string
  /** How often at most, after the first time. */
  readonly times: number
  /** Milliseconds. */
  readonly interval: number
}

/**
 * Asks an HTTP API again and again until a field of its JSON answer has a wanted value, or the thing is gone (404). Observes only.
 * No answer and a status of 500 and up are asked again, other refusals end the wait.
 */
export interface HttpPollAction {
  readonly do: 'http-poll'
  readonly id?: string | undefined
  readonly request: RequestWithRefs
  /** Where the field is, and the values that end the wait; texts are compared without case. */
  readonly until: HttpField | 'gone'
  /** Values that will not change any more: the wait has failed. */
  readonly fails?: HttpField | undefined
  /** Where the answer tells why it failed. */
  readonly why?: readonly (string | number)[] | undefined
  /** Milliseconds. */
  readonly timeout: number
  readonly interval: number
  readonly purpose: string
}

export interface HttpField {
  readonly path: readonly (string | number)[]
  readonly values: readonly (string | number | boolean | null)[]
}

/** Asks a question again and again until its answer is `want` or the time is over. Observes only. */
export interface PollAction {
  readonly do: 'poll'
  readonly id?: string | undefined
  /** A fragment that only reads; exit code 0 ends the wait. */
  readonly script: string
  /** Milliseconds. */
  readonly timeout: number
  readonly interval: number
  readonly delay?: number | undefined
  readonly purpose: string
  readonly failMessage?: string | undefined
}

/** Gives the connection to the host up, then tries until a new one answers. The actions behind it go over the new one. */
export interface ReconnectAction {
  readonly do: 'reconnect'
  readonly id?: string | undefined
  /** Run before; that the connection is lost meanwhile is no failure. */
  readonly leave?: string | undefined
  /** Milliseconds before the first try. */
  readonly delay: number
  /** Milliseconds for all tries. */
  readonly timeout: number
  /** Milliseconds between two tries. */
  readonly interval: number
  /** Milliseconds for one try; default the connection's own. */
  readonly connectTimeout?: number | undefined
  /** Asked over the new connection: exit code 0 ends the wait. Its output is the outcome's. */
  readonly script: string
  /** The script's output must be another than this. */
  readonly unlike?: string | undefined
  readonly purpose: string
}

/** A place for a value that an earlier action's outcome gives: a JSON path into an HTTP answer's body, or its stdout. */
export class OutcomeRef {
  readonly id: string
  readonly path: readonly (string | number)[]

  constructor(id: string, path: readonly (string | number)[]) {
    this.id = id
    this.path = path
  }
}

/** `ref('create', ['project', 'id'])`: the id that the server gave to what action `create` made. */
export function ref(id: string, path: readonly (string | number)[] = []): OutcomeRef {
  return new OutcomeRef(id, path)
}

export type JsonWithRefs =
  | null
  | boolean
  | number
  | string
  | Secret
  | OutcomeRef
  | readonly JsonWithRefs[]
  | { readonly [key: string]: JsonWithRefs }

/** How an action ended. In check mode no action runs and there are no outcomes. */
export interface Outcome {
  readonly id: string | undefined
  readonly ok: boolean
  readonly rc: number
  readonly stdout: string
  readonly stderr: string
  /** HTTP only: status, headers and the body parsed as JSON where it is JSON. */
  readonly http?:
    | {
        readonly status: number
        readonly headers: Readonly<Record<string, string>>
        readonly body: unknown
        readonly text: string
        readonly url: string
      }
    | undefined
  /** Milliseconds since the epoch. */
  readonly start: number
  readonly end: number
  readonly timedOut: boolean
}

/** A task that cannot succeed, as a value: wrong state, refused input. `data` goes into the registered result. */
export class Failure {
  readonly message: string
  readonly hint: string | undefined
  readonly data: Readonly<Record<string, unknown>>

  constructor(message: string, options: { hint?: string | undefined; data?: Readonly<Record<string, unknown>> | undefined } = {}) {
    this.message = message
    this.hint = options.hint
    this.data = options.data ?? {}
  }
}

export function fail(message: string, options: { hint?: string; data?: Readonly<Record<string, unknown>> } = {}): Failure {
  return new Failure(message, options)
}
