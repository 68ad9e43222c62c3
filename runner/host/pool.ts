import { type ConnectionOptions, connect } from './connect.ts'
import type { Become, Connection, ConnectionSettings, Session } from './session.ts'

interface Entry {
  readonly connection: Promise<Connection>
  readonly sessions: Map<string, Promise<Session>>
  /** Known as soon as the promise has resolved, so that a lost one is seen without waiting. */
  open: Connection | undefined
}

/** One connection per host and one standing session per (host, become user), shared by all who ask; lost ones are opened anew. */
export class ConnectionPool {
  readonly #options: ConnectionOptions
  readonly #entries = new Map<string, Entry>()
  readonly #counted: Session[] = []

  constructor(options: ConnectionOptions) {
    this.#options = options
  }

  connection(settings: ConnectionSettings): Promise<Connection> {
    return this.#entry(settings).connection
  }

  session(settings: ConnectionSettings, become: Become | undefined): Promise<Session> {
    const entry = this.#entry(settings)
    const key = becomeKey(become)
    const standing = entry.sessions.get(key)
    if (standing !== undefined) return standing
    const opening = entry.connection.then(async (connection) => {
      const session = await connection.session(become)
      this.#counted.push(session)
      return session
    })
    entry.sessions.set(key, opening)
    opening.catch(() => entry.sessions.delete(key))
    return opening
  }

  /** Closes the connection to a host; the next ask opens a new one. */
  async drop(settings: ConnectionSettings): Promise<void> {
    const key = connectionKey(settings)
    const entry = this.#entries.get(key)
    this.#entries.delete(key)
    if (entry !== undefined) await closeEntry(entry)
  }

  async closeAll(): Promise<void> {
    const entries = [...this.#entries.values()]
    this.#entries.clear()
    await Promise.all(entries.map(closeEntry))
  }

  /** Requests sent by all sessions so far, closed ones too. */
  roundTrips(): number {
    return this.#counted.reduce((sum, session) => sum + session.roundTrips, 0)
  }

  #entry(settings: ConnectionSettings): Entry {
    const key = connectionKey(settings)
    const old = this.#entries.get(key)
    if (old !== undefined && old.open?.lost !== true) return old
    const connection = connect(settings, this.#options)
    const entry: Entry = { connection, sessions: new Map(), open: undefined }
    this.#entries.set(key, entry)
    connection.then(
      (open) => {
        entry.open = open
      },
      () => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key)
      },
    )
    return entry
  }
}

async function closeEntry(entry: Entry): Promise<void> {
  const connection = await entry.connection.catch(() => undefined)
  await connection?.close()
}

/** Hosts share a connection only where everything that decides where it leads and as whom is the same. */
function connectionKey(settings: ConnectionSettings): string {
  const { name, kind, address, port, user, proxyJump, shell } = settings
  return JSON.stringify([name, kind, address, port, user, proxyJump, shell, settings.password?.reveal(), settings.privateKeyFiles])
}

function becomeKey(become: Become | undefined): string {
  return become === undefined ? '' : JSON.stringify([become.method, become.user, become.exe, become.flags, become.password?.reveal()])
}
