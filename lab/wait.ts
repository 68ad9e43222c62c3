import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Wait {
  readonly address: string
  readonly port: number
  readonly seconds: number
  readonly signal: AbortSignal
  /** What the server says first; without it an accepted connection is enough. */
  readonly greeting?: string | undefined
  /** Ends the waiting early once the server's processes are gone. */
  readonly alive: () => Promise<boolean>
}

/** True once the port answers; false when the time is over or nobody is left to answer. */
export async function waitForPort(wait: Wait): Promise<boolean> {
  const end = Date.now() + wait.seconds * 1000
  while (Date.now() < end) {
    if (await answers(wait)) return true
    if (!(await wait.alive())) return false
    await sleep(40, undefined, { signal: wait.signal })
  }
  return false
}

/** True where the port accepts a connection now (and greets as it should). */
export function answers({ address, port, greeting }: Pick<Wait, 'address' | 'port' | 'greeting'>): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host: address, port })
    const end = (result: boolean): void => {
      socket.destroy()
      done(result)
    }
    socket.setTimeout(2000, () => {
      end(false)
    })
    socket.once('error', () => {
      end(false)
    })
    if (greeting === undefined)
      socket.once('connect', () => {
        end(true)
      })
    else
      socket.once('data', (data: Buffer) => {
        end(data.toString('latin1').startsWith(greeting))
      })
    socket.once('close', () => {
      end(false)
    })
  })
}
