import { createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Lab } from './lab.ts'

/**
 * Does the work while no other process of this machine changes the same lab. The lock is a listening abstract socket: the
 * kernel frees it with the process that holds it, however that ends.
 */
export async function withLock<T>(lab: Lab, work: () => Promise<T>): Promise<T> {
  const server = await acquire(lab)
  try {
    return await work()
  } finally {
    server.close()
  }
}

async function acquire(lab: Lab): Promise<Server> {
  let told = false
  for (;;) {
    const server = await listen(`\0stackrun-lab-${lab.network}`)
    if (server !== undefined) return server
    if (!told) lab.say('lab: waiting for another process that changes this lab')
    told = true
    await sleep(100, undefined, { signal: lab.signal })
  }
}

function listen(path: string): Promise<Server | undefined> {
  return new Promise((done, fail) => {
    const server = createServer((socket) => socket.destroy())
    server.unref()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') done(undefined)
      else fail(error)
    })
    server.listen({ path }, () => {
      done(server)
    })
  })
}
