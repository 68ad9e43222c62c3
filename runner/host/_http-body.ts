import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { ClientRequest } from 'node:http'
import { Secret } from '../base/value.ts'
import type { HttpRequest } from './host.ts'

/** A body with its length, sent as often as it is needed. */
export interface HttpBody {
  readonly length: number
  send(outgoing: ClientRequest): void
}

export async function openBody(body: HttpRequest['body']): Promise<HttpBody | undefined> {
  if (body === undefined) return undefined
  if (typeof body === 'string' || body instanceof Secret || Buffer.isBuffer(body)) return bytesBody(body)
  const { size } = await stat(body.local)
  return {
    length: size,
    send: (outgoing) => {
      stream(body.local, size, outgoing)
    },
  }
}

function bytesBody(body: string | Secret | Buffer): HttpBody {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body instanceof Secret ? body.reveal() : body)
  return {
    length: bytes.length,
    send: (outgoing) => {
      outgoing.end(bytes)
    },
  }
}

/** As many bytes as were announced, for a file that grows meanwhile. A server that answers early gets no more of them. */
function stream(path: string, size: number, outgoing: ClientRequest): void {
  if (size === 0) {
    outgoing.end()
    return
  }
  const file = createReadStream(path, { end: size - 1 })
  file.once('error', (error) => outgoing.destroy(error))
  outgoing.once('response', () => file.destroy())
  outgoing.once('close', () => file.destroy())
  file.pipe(outgoing)
}
