import type { ConnectionOptions } from './_connection.ts'
import type { Connection, ConnectionSettings } from './session.ts'

export type { ConnectionOptions } from './_connection.ts'

/** Opens a connection of the kind that the settings name; RunnerError `unreachable` where none can be had. */
export async function connect(settings: ConnectionSettings, options: ConnectionOptions): Promise<Connection> {
  switch (settings.kind) {
    case 'local': {
      const { connectLocal } = await import('./local.ts')
      return connectLocal(settings, options)
    }
    case 'ssh': {
      const { connectSsh } = await import('./ssh.ts')
      return connectSsh(settings, options)
    }
  }
}
