import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { RunnerError } from '../base/error.ts'
import { Secret } from '../base/value.ts'
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

async function askLine(question: string, io: Io, echo: 'shown' | 'hidden'): Promise<string | undefined> {
  io.stderr.write(`${question}: `)
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (echo === 'shown') io.stderr.write(chunk.toString())
      done()
    },
  })
  const lines = createInterface({ input: io.stdin, output, terminal: io.stdin.isTTY })
  try {
    return await new Promise((resolve) => {
      lines.once('line', resolve)
      lines.once('close', () => {
        resolve(undefined)
      })
      lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
      io.signal.addEventListener(
        'abort',
        () => {
          lines.close()
        },
        { once: true },
      )
    })
  } finally {
    if (echo === 'hidden') io.stderr.write('\n')
    lines.close()
  }
}
