import type { Io } from './io.ts'
import { main } from './main.ts'
import { toolOf } from './tools.ts'

const INTERRUPTED = 99
/** How the launcher hands on the name that it was called by. */
const CALLED_AS = '--called-as='

/** Runs the command line of this process and ends it with the exit code. */
export async function start(): Promise<void> {
  const abort = new AbortController()
  const [, program = '', ...words] = process.argv
  const [first = ''] = words
  const called = first.startsWith(CALLED_AS)
  ignoreClosedPipes()
  stopOnSignals(abort)
  const io: Io = {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
    cwd: process.cwd(),
    signal: abort.signal,
    tool: toolOf(called ? first.slice(CALLED_AS.length) : program),
  }
  const code = await main(called ? words.slice(1) : words, io)
  await Promise.all([flush(process.stdout), flush(process.stderr)])
  process.exit(code)
}

/** A reader that went away (`run … | head`) must not end a deployment half-way. */
function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}

/** The first signal lets running tasks end, the second ends the process at once. */
function stopOnSignals(abort: AbortController): void {
  const stop = (): void => {
    if (abort.signal.aborted) process.exit(INTERRUPTED)
    process.stderr.write('\nrun: stopping; once more to exit at once\n')
    abort.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
}

function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || !stream.writable) resolve()
    else
      stream.write('', () => {
        resolve()
      })
  })
}
