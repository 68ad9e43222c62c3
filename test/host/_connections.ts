import { tmpdir } from 'node:os'
import { connect } from '../../runner/host/connect.ts'
import type { Connection, ConnectionSettings } from '../../runner/host/session.ts'

export const SHELLS = ['dash', 'bash', 'busybox sh'] as const

export interface Opening {
  readonly prelude?: string
  readonly signal?: AbortSignal
  readonly warnings?: string[]
}

export function open(settings: ConnectionSettings, opening: Opening = {}): Promise<Connection> {
  const signal = opening.signal ?? new AbortController().signal
  return connect(settings, { prelude: opening.prelude ?? '', signal, warn: (message) => opening.warnings?.push(message) })
}

export function localSettings(changes: Partial<ConnectionSettings> = {}): ConnectionSettings {
  return {
    name: 'here',
    kind: 'local',
    address: 'localhost',
    port: 22,
    user: 'nobody',
    privateKeyFiles: [],
    hostKeyChecking: 'yes',
    knownHostsFiles: [],
    proxyJump: [],
    connectTimeout: 5000,
    retries: 0,
    keepaliveInterval: 10_000,
    shell: 'dash',
    ...changes,
  }
}

let count = 0

/** A path that no other test uses. */
export function scratch(name: string): string {
  count += 1
  return `${tmpdir()}/stackrun-test-${String(process.pid)}-${String(count)}-${name}`
}
