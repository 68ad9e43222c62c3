import type { Session } from '../host/session.ts'
import type { ApplySession } from './apply.ts'

/** The session that stands when it is needed: none is opened before, and after a reconnection it is the new one. */
export function lazySession(standing: () => Promise<Session>): ApplySession {
  return {
    request: async (request) => (await standing()).request(request),
    upload: async (file) => (await standing()).upload(file),
    download: async (path, onChunk, signal) => (await standing()).download(path, onChunk, signal),
    retire() {
      void standing().then(retire, ignore)
    },
  }
}

function retire(session: Session): void {
  session.retire()
}

function ignore(): void {
  // a host that is lost has no shell to be replaced
}
