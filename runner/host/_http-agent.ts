import { Agent, type ClientRequestArgs } from 'node:http'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { messageOf } from '../base/error.ts'
import type { Connection } from './session.ts'

export interface AgentWants {
  readonly tls: boolean
  readonly validateCerts: boolean
}

/** Streams are kept for as long as their connection is: the map holds no connection alive. */
const agents = new WeakMap<Connection, Map<string, ForwardAgent>>()

/** The agent that keeps a connection's streams to HTTP servers open between requests. */
export function agentFor(connection: Connection, wants: AgentWants): Agent {
  const known = agents.get(connection) ?? new Map<string, ForwardAgent>()
  agents.set(connection, known)
  const key = `${String(wants.tls)} ${String(wants.validateCerts)}`
  const agent = known.get(key) ?? new ForwardAgent(connection, wants)
  known.set(key, agent)
  return agent
}

type Created = (error: Error | null, stream: Duplex) => void

class ForwardAgent extends Agent {
  override readonly protocol: string
  override readonly defaultPort: number
  readonly #connection: Connection
  readonly #wants: AgentWants

  constructor(connection: Connection, wants: AgentWants) {
    super({ keepAlive: true, maxFreeSockets: 4 })
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
        ;(created as (error: Error) => void)(error instanceof Error ? error : new Error(messageOf(error)))
      },
    )
  }

  override keepSocketAlive(stream: Duplex): boolean {
    if ('unref' in stream && typeof stream.unref === 'function') stream.unref()
    return !stream.destroyed
  }

  override reuseSocket(stream: Duplex): void {
    if ('ref' in stream && typeof stream.ref === 'function') stream.ref()
  }

  async #open(host: string, port: number): Promise<Duplex> {
    const stream = await this.#connection.forward(host, port).catch((error: unknown) => {
      throw refused(error, host, port)
    })
    return this.#wants.tls ? secured(stream, host, this.#wants.validateCerts) : stream
  }
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
  const text = messageOf(error)
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error
  const code = /refused/i.test(text) ? 'ECONNREFUSED' : /prohibited/i.test(text) ? 'EACCES' : /resolve|not known|resolution/i.test(text) ? 'ENOTFOUND' : 'EHOSTUNREACH'
  return Object.assign(new Error(`${code}: ${host}:${String(port)}: ${text}`, { cause: error }), { code })
}
