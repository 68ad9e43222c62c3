import { connect } from '../../runner/host/connect.ts'
import type { ReadOnlyHost } from '../../runner/host/host.ts'
import { PRELUDE } from '../../runner/host/prelude.ts'
import { createRealHost } from '../../runner/host/real.ts'
import type { Connection, ConnectionSettings, Session } from '../../runner/host/session.ts'

/** The shells that the product promises to work with. */
export const SHELLS = ['dash', 'bash', 'busybox sh'] as const

export type ShellName = (typeof SHELLS)[number]

export interface LocalMachine {
  readonly connection: Connection
  readonly session: Session
  readonly host: ReadOnlyHost
}

/** Runs `use` with this machine as a managed host, reached through a real session of the given shell. */
export async function withLocalMachine<T>(
  shell: ShellName,
  use: (machine: LocalMachine) => Promise<T>,
  env: Readonly<Record<string, string>> = {},
): Promise<T> {
  const { signal } = new AbortController()
  const connection = await connect(settings(shell), { prelude: PRELUDE, signal, warn: ignore })
  try {
    const session = await connection.session(undefined)
    const host = createRealHost({
      name: 'local',
      session: () => Promise.resolve(session),
      connection: () => Promise.resolve(connection),
      signal,
      env,
    })
    return await use({ connection, session, host })
  } finally {
    await connection.close()
  }
}

function settings(shell: ShellName): ConnectionSettings {
  return {
    name: 'local',
    kind: 'local',
    address: 'localhost',
    port: 0,
    user: 'root',
    privateKeyFiles: [],
    hostKeyChecking: 'yes',
    knownHostsFiles: [],
    proxyJump: [],
    connectTimeout: 10_000,
    retries: 0,
    keepaliveInterval: 0,
    shell,
  }
}

function ignore(): void {
  // a local connection has nothing to warn of that a test would look at
}
