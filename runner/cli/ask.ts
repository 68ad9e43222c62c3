import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { RunnerError } from '../base/error.ts'
import { Secret } from '../base/value.ts'
import type { Terminal } from '../execute/terminal.ts'
import type { Io } from './io.ts'

/** Asks for a password; what is typed is not shown. From a pipe it is one line. @throws RunnerError `options` where nothing came */
export async function askSecret(question: string, io: Io): Promise<Secret> {
  const line = await askLine(question, io, 'hidden')
  if (line === undefined) throw new RunnerError('options', `no answer to '${question}'`)
  return new Secret(line)
}

/** Asks a yes/no question; anything but yes is no. */
export async function confirm(question: string, io: Io): Promise<boolean> {
  const line = await askLine(`${question} [y/N]`, io, 'shown')
  return /^\s*y(es)?\s*$/i.test(line ?? '')
}

/** The person that `execute` may ask; undefined where there is no terminal, or nobody is to be asked. `--step` takes answers from a pipe too. */
export function terminalOf(io: Io, choices: { readonly yes: boolean; readonly step: boolean }): Terminal | undefined {
  if (!choices.step && (choices.yes || !io.stdin.isTTY)) return undefined
  const pending: string[] = []
  return {
    ask: (question, echo, signal) => askLine(question, { ...io, signal }, echo, pending),
    say: (text) => io.stderr.write(`${text}\n`),
  }
}

/** Lines beyond the first that came with it (pasted ones) wait in `pending` for the next question. */
async function askLine(question: string, io: Io, echo: 'shown' | 'hidden', pending: string[] = []): Promise<string | undefined> {
  io.stderr.write(`${question}: `)
  const ready = pending.shift()
  if (ready !== undefined) io.stderr.write(echo === 'shown' ? `${ready}\n` : '\n')
  if (ready !== undefined || io.signal.aborted || !io.stdin.readable) return ready
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (echo === 'shown') io.stderr.write(chunk.toString())
      done()
    },
  })
  const lines = createInterface({ input: io.stdin, output, terminal: io.stdin.isTTY })
  const stop = (): void => {
    lines.close()
  }
  try {
    return await new Promise((resolve) => {
      lines.on('line', (line) => {
        pending.push(line)
        resolve(pending[0])
      })
      lines.once('close', () => {
        resolve(undefined)
      })
      lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
      io.signal.addEventListener('abort', stop, { once: true })
    })
  } finally {
    io.signal.removeEventListener('abort', stop)
    pending.shift()
    if (echo === 'hidden') io.stderr.write('\n')
    lines.close()
  }
}
