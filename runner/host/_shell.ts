import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { RunnerError } from '../base/error.ts'
import { FrameReader, type FrameSink, frameMark, frameText, lastFrameText, withoutMarks } from './_framing.ts'
import { OutputKeeper } from './_output.ts'
import type { SessionAnswer } from './session.ts'

/** A program's three streams on a host: an SSH exec channel or a local child process. */
export interface ShellChannel {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** Resolves when the program has ended or the way to it is lost; never rejects. */
  readonly ended: Promise<ChannelEnd>
  destroy(): void
}

export interface ChannelEnd {
  readonly reason: string
  /** The program's exit code, where it is known to have ended by itself. */
  readonly code?: number | undefined
}

export interface ShellRequest {
  readonly script: string
  readonly onOutput?: ((stream: 'stdout' | 'stderr', chunk: Buffer) => void) | undefined
  readonly maxOutput?: number | undefined
}

interface Pending {
  readonly id: number
  readonly stdout: OutputKeeper
  readonly stderr: OutputKeeper
  readonly onBegin: () => void
  readonly resolve: (answer: SessionAnswer) => void
  readonly reject: (error: RunnerError) => void
  /** The script was parsed and runs. */
  begun: boolean
  rc: number
  open: number
}

const DEFAULT_MAX_OUTPUT = 16 * 1024 * 1024
const STRAY_TEXT_KEPT = 2048
/** What `timeout(1)` answers too. */
const KILLED_RC = 124

/** One running `sh` that answers framed requests, one at a time. It never recovers: once `ended`, another one must be opened. */
export class Shell {
  /** The shell's process id on the host; 0 until the session has asked for it. */
  pid = 0
  readonly name: string
  readonly #channel: ShellChannel
  readonly #mark = frameMark()
  #count = 0
  #pending: Pending | undefined
  #endReason: string | undefined
  #strays = ''
  #condemned = false

  constructor(name: string, channel: ShellChannel) {
    this.name = name
    this.#channel = channel
    this.#listen(channel.stdout, 'stdout')
    this.#listen(channel.stderr, 'stderr')
    channel.stdin.on('error', ignoreBrokenPipe)
    void channel.ended.then((end) => {
      this.#end(end)
    })
  }

  get busy(): boolean {
    return this.#pending !== undefined
  }

  get ended(): boolean {
    return this.#endReason !== undefined
  }

  run(request: ShellRequest): Promise<SessionAnswer> {
    return this.#start(request, noop, frameText)
  }

  /** Runs a script that reads `content` as its stdin, and ends the shell with it. */
  runLast(request: ShellRequest, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<SessionAnswer> {
    let begun: () => void = noop
    const ready = new Promise<void>((resolve) => {
      begun = resolve
    })
    const answer = this.#start(request, begun, lastFrameText)
    const settled = answer.then(noop, noop)
    const sent = Promise.race([ready, settled]).then(() => this.#send(content, settled))
    return Promise.all([answer, sent]).then(([value]) => value)
  }

  /** From here on the shell's end is no loss: its processes are going to be killed. */
  condemn(): void {
    this.#condemned = true
  }

  /** Ends a condemned shell and gives what its request has printed so far; undefined where the request has ended by itself. */
  async abandon(): Promise<SessionAnswer | undefined> {
    const pending = this.#pending
    if (pending === undefined) return undefined
    await Promise.race([this.#channel.ended, sleep(1000, undefined, { ref: false })])
    this.destroy()
    return { ...answerOf(pending), rc: KILLED_RC, timedOut: true }
  }

  /** Ends the shell; a request that still runs is told why. */
  abort(reason: string): void {
    this.#condemned = false
    this.#endReason = reason
    this.#channel.destroy()
    this.#end({ reason })
  }

  destroy(): void {
    this.#channel.destroy()
    this.#end({ reason: 'it was closed' })
  }

  /** Ends the shell, and waits for a moment until what it started has ended too. */
  async close(): Promise<void> {
    this.destroy()
    await Promise.race([this.#channel.ended, sleep(1000, undefined, { ref: false })])
  }

  #start(request: ShellRequest, onBegin: () => void, text: typeof frameText): Promise<SessionAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#endReason !== undefined) {
        reject(this.#lost(this.#endReason))
        return
      }
      this.#count += 1
      if (this.#count > 1) this.#strays = ''
      const max = request.maxOutput ?? DEFAULT_MAX_OUTPUT
      const stdout = new OutputKeeper('stdout', max, request.onOutput)
      const stderr = new OutputKeeper('stderr', max, request.onOutput)
      this.#pending = { id: this.#count, stdout, stderr, onBegin, resolve, reject, begun: false, rc: 0, open: 2 }
      this.#channel.stdin.write(text(this.#mark, this.#count, request.script))
    })
  }

  async #send(content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, settled: Promise<void>): Promise<void> {
    const { stdin } = this.#channel
    for await (const chunk of content) {
      if (this.#pending === undefined || stdin.destroyed) return
      if (!stdin.write(chunk)) await Promise.race([drained(stdin), settled])
    }
    stdin.end()
  }

  #listen(stream: Readable, name: 'stdout' | 'stderr'): void {
    const sink: FrameSink = {
      begin: (id) => {
        if (name === 'stdout') this.#begin(id)
      },
      data: (chunk) => this.#pending?.[name].add(chunk),
      end: (id, rc) => {
        this.#finish(id, name === 'stdout' ? rc : 0)
      },
      stray: (chunk) => {
        if (this.#strays.length < STRAY_TEXT_KEPT) this.#strays += chunk.toString('utf8', 0, STRAY_TEXT_KEPT)
      },
    }
    const reader = new FrameReader(this.#mark, sink)
    stream.on('data', (chunk: Buffer) => {
      reader.push(chunk)
    })
    stream.on('error', noop)
  }

  #finish(id: number, rc: number): void {
    const pending = this.#pending
    if (pending?.id !== id) return
    pending.rc += rc
    pending.open -= 1
    if (pending.open > 0) return
    this.#pending = undefined
    pending.resolve(pending.begun ? answerOf(pending) : this.#unread(pending.rc))
  }

  #begin(id: number): void {
    if (this.#pending?.id !== id) return
    this.#pending.begun = true
    this.#pending.onBegin()
  }

  /** The answer to a script that does not parse, so that nothing of it has run. */
  #unread(rc: number): SessionAnswer {
    return { rc, stdout: Buffer.alloc(0), stderr: Buffer.from(this.#strays), truncated: false, timedOut: false }
  }

  #end({ reason, code }: ChannelEnd): void {
    this.#endReason ??= reason
    if (this.#condemned) return
    const pending = this.#pending
    this.#pending = undefined
    if (pending === undefined) return
    const unread = !pending.begun && code !== undefined && code !== 0 && this.#count > 1
    if (unread) pending.resolve(this.#unread(code))
    else pending.reject(this.#lost(this.#endReason, pending.stderr.take().toString()))
  }

  #lost(reason: string, stderr = ''): RunnerError {
    const said = withoutMarks(`${this.#strays}${stderr}`).trim().slice(-STRAY_TEXT_KEPT)
    const text = said === '' ? '' : `; it said: ${said}`
    if (this.#count <= 1) return new RunnerError('unreachable', `${this.name}: the shell did not start: ${reason}${text}`)
    return new RunnerError('unreachable', `${this.name}: the session was lost while a request was running: ${reason}${text}`, {
      hint: 'whether the request took effect on the host is unknown; it is not sent again',
    })
  }
}

function answerOf(pending: Pending): SessionAnswer {
  return {
    rc: pending.rc,
    stdout: pending.stdout.take(),
    stderr: pending.stderr.take(),
    truncated: pending.stdout.truncated || pending.stderr.truncated,
    timedOut: false,
  }
}

function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done)
      stream.off('close', done)
      resolve()
    }
    stream.on('drain', done)
    stream.on('close', done)
  })
}

function noop(): void {
  // nothing to do
}

/** A shell that ended is told by `ended`; the write that was too late says nothing new. */
function ignoreBrokenPipe(): void {
  noop()
}
