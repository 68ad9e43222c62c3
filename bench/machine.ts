import { cpus, loadavg } from 'node:os'

/** What figures were measured on. */
export function thisMachine(): Readonly<Record<string, unknown>> {
  return { cpus: cpus().length, model: cpus()[0]?.model, load: loadavg()[0], node: process.version }
}

/** Aborted by the first SIGINT or SIGTERM, so that what a bench has started is taken away. */
export function interruption(): AbortSignal {
  const interrupted = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => {
      interrupted.abort()
    })
  return interrupted.signal
}
