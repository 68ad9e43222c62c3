import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { Io } from './io.ts'

/** What can stand where the cursor is: all completions of the word that was begun. */
export type Complete = (line: string) => Promise<readonly string[]>

export interface Lines {
  /** Each line that was typed, after its prompt. Ends with the input, or where `signal` is aborted. */
  read(prompt: () => string): AsyncIterable<string>
  readonly history: readonly string[]
}

/** Lines from a terminal, with history and completion, or from a pipe. The prompt is shown in both. */
export function consoleLines(io: Io, past: readonly string[], complete: Complete): Lines {
  const terminal = io.stdin.isTTY
  const history: string[] = [...past]
  return {
    history,
    async *read(prompt) {
      const output = screenOf(io, terminal)
      const lines = createInterface({ input: io.stdin, output, terminal, history: [...history].reverse(), completer: completer(complete) })
      const stop = (): void => {
        lines.close()
      }
      lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
      io.signal.addEventListener('abort', stop, { once: true })
      const ask = (): void => {
        if (!terminal) io.stdout.write(prompt())
        lines.setPrompt(prompt())
        if (terminal) lines.prompt()
      }
      try {
        ask()
        for await (const line of lines) {
          if (line.trim() !== '') history.push(line)
          yield line
          ask()
        }
      } finally {
        io.signal.removeEventListener('abort', stop)
        lines.close()
      }
    },
  }
}

/** What a terminal is written; a pipe gets the prompts alone. */
function screenOf(io: Io, terminal: boolean): Writable {
  const screen = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (terminal) io.stdout.write(chunk.toString())
      done()
    },
  })
  return Object.assign(screen, { columns: io.stdout.columns })
}

function completer(complete: Complete): (line: string, done: (error: Error | null, found: [string[], string]) => void) => void {
  return (line, done) => {
    const word = /\S*$/.exec(line)?.[0] ?? ''
    complete(line).then(
      (found) => {
        done(null, [[...found], word])
      },
      () => {
        done(null, [[], word])
      },
    )
  }
}
