import { setTimeout as sleep } from 'node:timers/promises'
import { RunnerError } from '../base/error.ts'
import { killTreeScript } from './_kill.ts'
import { LEFTOVERS, LEFTOVERS_BOUND, LEFTOVERS_SILENCE } from './_leftovers.ts'
import type { Shell } from './_shell.ts'
import { download, type TransferHost, upload } from './_transfer.ts'
import type { Become, Session, SessionAnswer, SessionRequest, Upload } from './session.ts'

export interface ShellSessionOptions {
  /** The connection's name for messages. */
  readonly name: string
  readonly prelude: string
  readonly become: Become | undefined
  /** Ends the wait for what an earlier run has left running. */
  readonly signal: AbortSignal
  readonly warn: (message: string) => void
  /** Opens one more shell on the same connection as the given user. */
  readonly openShell: (become: Become | undefined) => Promise<Shell>
}

/** A host that is short of everything needs long to look through its processes; milliseconds. */
const KILL_BOUND = 120_000

/** A become user may not be allowed into the folder that the login user starts in; many programs fail there. */
const ENTER = '[ -x . ] || cd /'

/**
 * The standing shell of one (host, user). A shell that ended, was retired or had to be killed is replaced by a fresh one at
 * the next request; the request that it took with it is never sent again.
 */
export class ShellSession implements Session, TransferHost {
  roundTrips = 0
  readonly name: string
  readonly #options: ShellSessionOptions
  #shell: Shell | undefined
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(options: ShellSessionOptions) {
    this.#options = options
    this.name = options.name
  }

  /**
   * Opens the shell now, so that a refused user or password is told here. What a run that was killed or cut off has left running
   * on the host is waited for: what is read before it ends may be wrong a moment later, and two at the same work break it.
   */
  async open(): Promise<this> {
    const { shell, said } = await this.#start(LEFTOVERS)
    this.#shell = shell
    await this.#waitForOthers(shell, said)
    return this
  }

  async #waitForOthers(shell: Shell, first: readonly string[]): Promise<void> {
    const { warn, signal } = this.#options
    const begun = Date.now()
    let told = false
    for (let left = first; left.length > 0; left = lines((await shell.run({ script: LEFTOVERS })).stdout)) {
      const waited = Date.now() - begun
      if (waited >= LEFTOVERS_BOUND) {
        warn(`${this.name}: does not wait any longer for what an earlier run has left running there`)
        return
      }
      if (!told && waited >= LEFTOVERS_SILENCE) {
        const doing = [...new Set(left)].join(', ')
        warn(`${this.name}: waits for what an earlier run, which was cut short, has left running there: ${doing}`)
        told = true
      }
      await sleep(told ? 500 : 100, undefined, { signal })
    }
  }

  request(request: SessionRequest): Promise<SessionAnswer> {
    const answer = this.#last.then(() => this.#run(request))
    this.#last = answer.catch(ignore)
    return answer
  }

  upload(file: Upload): Promise<void> {
    return upload(this, file)
  }

  download(path: string, onChunk: (chunk: Buffer) => void, signal: AbortSignal): Promise<void> {
    return download(this, path, onChunk, signal)
  }

  retire(): void {
    const shell = this.#shell
    this.#shell = undefined
    if (shell !== undefined)
      void this.#last.then(() => {
        shell.destroy()
      })
  }

  openShell(): Promise<Shell> {
    return this.#options.openShell(this.#options.become)
  }

  /** A request that still runs is lost, and its processes are killed. */
  async close(): Promise<void> {
    this.#closed = true
    const shell = this.#shell
    if (shell?.busy === true) await this.#kill(shell).catch(ignore)
    shell?.abort('it was closed')
    await this.#last
  }

  async #run(request: SessionRequest): Promise<SessionAnswer> {
    request.signal?.throwIfAborted()
    const shell = await this.#standing()
    this.roundTrips += 1
    if (request.timeout === undefined && request.signal === undefined) return shell.run(request)
    return this.#bounded(shell, request)
  }

  async #bounded(shell: Shell, request: SessionRequest): Promise<SessionAnswer> {
    const answer = shell.run(request)
    const stop = stopOf(request)
    try {
      const first = await Promise.race([answer, stop.stopped])
      if (first !== undefined) return first
    } finally {
      stop.forget()
    }
    await this.#kill(shell)
    return (await shell.abandon()) ?? (await answer)
  }

  async #kill(shell: Shell): Promise<void> {
    if (this.#shell === shell) this.#shell = undefined
    if (shell.ended) return
    shell.condemn()
    const killer = await this.openShell()
    const timer = setTimeout(() => {
      killer.destroy()
    }, KILL_BOUND)
    try {
      await killer.run({ script: killTreeScript(shell.pid) })
    } finally {
      clearTimeout(timer)
      killer.destroy()
    }
  }

  async #standing(): Promise<Shell> {
    if (this.#closed) throw new RunnerError('unreachable', `${this.name}: the session is closed`)
    if (this.#shell !== undefined && !this.#shell.ended) return this.#shell
    const { shell } = await this.#start(':')
    this.#shell = shell
    return shell
  }

  /** A fresh shell that is ready for requests, and what a first script says there. */
  async #start(script: string): Promise<{ readonly shell: Shell; readonly said: readonly string[] }> {
    const shell = await this.openShell()
    const answer = await shell.run({ script: `${ENTER}\n${this.#options.prelude}\nprintf '%s\\n' "$$"\n${script}` })
    const [pid = '', ...said] = lines(answer.stdout)
    shell.pid = Number(pid)
    if (answer.rc !== 0 || !(shell.pid > 1)) {
      shell.destroy()
      throw new RunnerError('unreachable', `${this.name}: the shell cannot be used: ${answer.stderr.toString().trim()}`, {
        hint: 'the host needs a POSIX sh; ansible_shell_executable names another one',
      })
    }
    return { shell, said }
  }
}

interface Stop {
  readonly stopped: Promise<undefined>
  readonly forget: () => void
}

function stopOf(request: SessionRequest): Stop {
  let forget = ignore
  const stopped = new Promise<undefined>((resolve) => {
    const stop = (): void => {
      resolve(undefined)
    }
    const timer = request.timeout === undefined ? undefined : setTimeout(stop, request.timeout)
    request.signal?.addEventListener('abort', stop, { once: true })
    if (request.signal?.aborted === true) stop()
    forget = () => {
      clearTimeout(timer)
      request.signal?.removeEventListener('abort', stop)
    }
  })
  return { stopped, forget }
}

function lines(output: Buffer): readonly string[] {
  return output
    .toString()
    .split('\n')
    .filter((line) => line !== '')
}

function ignore(): void {
  // the asker of the request hears of it
}
