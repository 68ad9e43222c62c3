import { Agent, type ClientRequest, type ClientRequestArgs } from 'node:http'
import { isIP, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { messageOf } from '../base/error.ts'
import type { Connection } from './session.ts'

export interface AgentWants {
  readonly tls: boolean
  readonly validateCerts: boolean
  /** Streams are used again for later requests. */
  readonly keep: boolean
}

/** Streams are kept for as long as their connection is: the map holds no connection alive. */
const agents = new WeakMap<Connection, Map<string, ForwardAgent>>()

/** The agent that keeps a connection's streams to HTTP servers open between requests. */
export function agentFor(connection: Connection, wants: AgentWants): Agent {
  const known = agents.get(connection) ?? new Map<string, ForwardAgent>()
  agents.set(connection, known)
  const key = JSON.stringify(wants)
  const agent = known.get(key) ?? new ForwardAgent(connection, wants)
  known.set(key, agent)
  return agent
}

type Created = (error: Error | null, stream?: Duplex) => void

class ForwardAgent extends Agent {
  readonly protocol: string
  readonly defaultPort: number
  readonly #connection: Connection
  readonly #wants: AgentWants

  constructor(connection: Connection, wants: AgentWants) {
    super({ keepAlive: wants.keep, maxFreeSockets: 4 })
    this.protocol = wants.tls ? 'https:' : 'http:'
    this.defaultPort = wants.tls ? 443 : 80
    this.#connection = connection
    this.#wants = wants
  }

  override createConnection(options: ClientRequestArgs, created: Created): undefined {
    const host = options.host ?? 'localhost'
    this.#open(host, Number(options.port)).then(
      (stream) => {
        created(null, stream)
      },
      (error: unknown) => {
        created(error instanceof Error ? error : new Error(messageOf(error)))
      },
    )
  }

  override keepSocketAlive(stream: Duplex): boolean {
    if (stream instanceof Socket) stream.unref()
    if (stream.readableEnded || stream.destroyed) return false
    stream.once('end', destroy)
    // Nobody reads a stream that waits, and unread it would not tell that the server has closed it.
    stream.resume()
    return true
  }

  override reuseSocket(stream: Duplex, request: ClientRequest): void {
    stream.off('end', destroy)
    super.reuseSocket(stream, request)
  }

  async #open(host: string, port: number): Promise<Duplex> {
    const stream = await this.#connection.forward(host, port).catch((error: unknown) => {
      throw refused(error, host, port)
    })
    return this.#wants.tls ? secured(stream, host, this.#wants.validateCerts) : referable(stream)
  }
}

/** A channel that is closed at one end takes requests that nobody answers: destroyed, the agent lets go of it. */
function destroy(this: Duplex): void {
  this.destroy()
}

/** The agent takes what it uses again for a socket that it must `ref()`; a channel never keeps the process alive by itself. */
function referable(stream: Duplex): Duplex {
  return stream instanceof Socket ? stream : Object.assign(stream, { ref: () => stream })
}

function secured(socket: Duplex, host: string, rejectUnauthorized: boolean): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const name = isIP(host) === 0 ? { servername: host } : {}
    const stream = connectTls({ socket, host, rejectUnauthorized, ...name })
    stream.once('error', reject)
    stream.once('secureConnect', () => {
      stream.off('error', reject)
      resolve(stream)
    })
  })
}

/** SSH tells a refused connection by a reason number and the server's own words. */
function refused(error: unknown, host: string, port: number): Error {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error
  const prohibited = error instanceof Error && 'reason' in error && error.reason === ADMINISTRATIVELY_PROHIBITED
  const text = prohibited ? 'the SSH server does not allow forwarding' : messageOf(error)
  const code = prohibited ? 'EACCES' : codeFor(text)
  return Object.assign(new Error(`${code}: ${host}:${String(port)}: ${text}`, { cause: error }), { code })
}

const ADMINISTRATIVELY_PROHIBITED = 1

function codeFor(text: string): string {
  if (/refused/i.test(text)) return 'ECONNREFUSED'
  if (/not known|resol/i.test(text)) return 'ENOTFOUND'
  return /timed out/i.test(text) ? 'ETIMEDOUT' : 'EHOSTUNREACH'
}
