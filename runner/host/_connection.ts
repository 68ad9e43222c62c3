import type { Duplex } from 'node:stream'
import { RunnerError } from '../base/error.ts'
import { quoteArgv } from '../base/quote.ts'
import { becomeCommand, passBecome } from './_become.ts'
import { STANDING } from './_leftovers.ts'
import { Shell, type ShellChannel } from './_shell.ts'
import { ShellSession } from './_shell-session.ts'
import type { Become, Connection, ConnectionSettings, Session } from './session.ts'

/** What opening a connection takes besides its settings. */
export interface ConnectionOptions {
  /** Shell text that every standing shell runs once. */
  readonly prelude: string
  /** Ends the opening, not the open connection. */
  readonly signal: AbortSignal
  readonly warn: (message: string) => void
}

/** What the kinds of connection differ in. */
export interface ShellChannels {
  /** The login user. */
  readonly user: string
  /** Why the way to the host is gone, when it is. */
  readonly lost: string | undefined
  exec(command: string): Promise<ShellChannel>
  forward(host: string, port: number, signal?: AbortSignal): Promise<Duplex>
  close(): Promise<void>
}

/** A connection of any kind that can start programs with three streams. */
export class ShellConnection implements Connection {
  readonly name: string
  readonly #settings: ConnectionSettings
  readonly #options: ConnectionOptions
  readonly #channels: ShellChannels
  readonly #sessions = new Set<ShellSession>()

  constructor(settings: ConnectionSettings, options: ConnectionOptions, channels: ShellChannels) {
    this.name = settings.name
    this.#settings = settings
    this.#options = options
    this.#channels = channels
  }

  get lost(): boolean {
    return this.#channels.lost !== undefined
  }

  async session(become: Become | undefined): Promise<Session> {
    const { name } = this
    const { prelude, warn, signal } = this.#options
    const session = new ShellSession({ name, prelude, become, warn, signal, openShell: (as) => this.#openShell(as) })
    await session.open()
    this.#sessions.add(session)
    return session
  }

  forward(host: string, port: number, signal?: AbortSignal): Promise<Duplex> {
    this.#check()
    return this.#channels.forward(host, port, signal)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.close()))
    await this.#channels.close()
  }

  async #openShell(become: Become | undefined): Promise<Shell> {
    this.#check()
    const shell = this.#settings.shell.split(' ')
    if (become === undefined) return new Shell(this.name, await this.#channels.exec(`exec ${quoteArgv([...shell, ...STANDING])}`))
    const command = becomeCommand(become, shell)
    const channel = await this.#channels.exec(command.command)
    const asked = become.method === 'su' ? become.user : this.#channels.user
    await passBecome(channel, command, { become, whose: `${asked} on ${this.name}`, timeout: this.#settings.connectTimeout })
    return new Shell(this.name, channel)
  }

  #check(): void {
    const { lost } = this.#channels
    if (lost !== undefined) throw new RunnerError('unreachable', `${this.name}: the connection is lost: ${lost}`)
  }
}
