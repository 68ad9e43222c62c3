import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, ClientChannel } from 'ssh2'
import { messageOf, RunnerError } from '../base/error.ts'
import { type ConnectionOptions, type ShellChannels, ShellConnection } from './_connection.ts'
import { hostKeyCheck } from './_host-key.ts'
import { parseHop } from './_jump.ts'
import type { ChannelEnd, ShellChannel } from './_shell.ts'
import { authentication } from './_ssh-auth.ts'
import { isPassing, openClient, type SshTarget } from './_ssh-client.ts'
import type { ConnectionSettings } from './session.ts'

/** Logs in to a host, through its jump hosts, with retries for what may pass. */
export async function connectSsh(settings: ConnectionSettings, options: ConnectionOptions): Promise<ShellConnection> {
  for (let turn = 0; ; turn += 1) {
    options.signal.throwIfAborted()
    try {
      return new ShellConnection(settings, options, new SshChannels(settings.user, await openChain(settings, options)))
    } catch (error) {
      if (turn >= settings.retries || !isPassing(error)) throw error
      await sleep(backoff(turn), undefined, { signal: options.signal })
    }
  }
}

/** Milliseconds before the next try: half a second, doubled each time, up to ten, and spread so that hosts do not come at once. */
function backoff(turn: number): number {
  return Math.min(10_000, 500 * 2 ** turn) * (0.75 + Math.random() / 2)
}

/** The clients of a chain, nearest first; the last one is the host's own. */
async function openChain(settings: ConnectionSettings, options: ConnectionOptions): Promise<Client[]> {
  const clients: Client[] = []
  try {
    for (const hop of settings.proxyJump) {
      const { user, address, port } = parseHop(hop)
      const jump = {
        ...settings,
        name: `${settings.name} (jump host ${hop})`,
        user: user ?? settings.user,
        address,
        port,
        hostKey: undefined,
        password: undefined,
      }
      clients.push(await logIn(jump, options, await through(clients.at(-1), jump)))
    }
    clients.push(await logIn(settings, options, await through(clients.at(-1), settings)))
    return clients
  } catch (error) {
    for (const client of clients) client.destroy()
    throw error
  }
}

async function logIn(settings: ConnectionSettings, options: ConnectionOptions, stream: Duplex | undefined): Promise<Client> {
  const trust = { hostKey: await hostKeyCheck(settings, options.warn), authentication: await authentication(settings) }
  return openClient(settings, trust, stream, options.signal)
}

async function through(client: Client | undefined, target: SshTarget): Promise<Duplex | undefined> {
  if (client === undefined) return undefined
  try {
    return await forwardOut(client, target.address, target.port)
  } catch (error) {
    throw new RunnerError(
      'unreachable',
      `${target.name}: the jump host cannot reach ${target.address} port ${String(target.port)}: ${messageOf(error)}`,
      { cause: error },
    )
  }
}

class SshChannels implements ShellChannels {
  readonly user: string
  lost: string | undefined
  readonly #clients: readonly Client[]
  readonly #client: Client

  constructor(user: string, clients: readonly Client[]) {
    const client = clients.at(-1)
    if (client === undefined) throw new RunnerError('bug', 'a chain without a client')
    this.user = user
    this.#clients = clients
    this.#client = client
    for (const each of clients) {
      each.on('error', (error) => {
        this.lost ??= error.message
      })
      each.on('close', () => {
        this.#gone()
      })
    }
  }

  exec(command: string): Promise<ShellChannel> {
    return new Promise((resolve, reject) => {
      this.#client.exec(command, (error, channel) => {
        if (error === undefined) resolve(shellChannel(channel, () => this.lost))
        else
          reject(
            new RunnerError('unreachable', `no further channel could be opened: ${this.lost ?? error.message}`, {
              hint: CHANNEL_HINT,
              cause: error,
            }),
          )
      })
    })
  }

  forward(host: string, port: number, signal?: AbortSignal): Promise<Duplex> {
    signal?.throwIfAborted()
    return forwardOut(this.#client, host, port)
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.lost !== undefined) {
        resolve()
        return
      }
      this.lost = 'it was closed'
      const timer = setTimeout(() => {
        this.#client.destroy()
      }, CLOSE_BOUND)
      this.#client.once('close', () => {
        clearTimeout(timer)
        for (const client of this.#clients) client.end()
        resolve()
      })
      this.#client.end()
    })
  }

  #gone(): void {
    this.lost ??= 'the connection was closed by the other side'
    for (const client of this.#clients) client.destroy()
  }
}

const CLOSE_BOUND = 1000
const CHANNEL_HINT = 'a host that is reachable but refuses channels is at its MaxSessions, or forces another command'
/** After a shell's end a background process may hold its streams open for ever: hence the bound on the wait for their end. */
const LAST_OUTPUT_BOUND = 200

function shellChannel(channel: ClientChannel, lost: () => string | undefined): ShellChannel {
  const ended = new Promise<ChannelEnd>((resolve) => {
    let end: ChannelEnd | undefined
    channel.on('exit', (code: number | null, signal?: string) => {
      end =
        code === null
          ? { reason: `the shell was killed by ${signal ?? 'a signal'}` }
          : { reason: `the shell ended with code ${String(code)}`, code }
      setTimeout(resolve, LAST_OUTPUT_BOUND, end).unref()
    })
    channel.on('close', () => {
      setImmediate(() => {
        resolve(end ?? { reason: lost() ?? 'its channel was closed' })
      })
    })
  })
  return {
    stdin: channel.stdin,
    stdout: channel.stdout,
    stderr: channel.stderr,
    ended,
    destroy: () => {
      channel.close()
    },
  }
}

function forwardOut(client: Client, host: string, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
      if (error === undefined) resolve(channel)
      else reject(error)
    })
  })
}
