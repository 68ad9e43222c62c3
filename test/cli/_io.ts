import { Readable } from 'node:stream'
import type { Io } from '../../runner/cli/io.ts'

/** An Io of a test: what was written to it can be read again. */
export interface TestIo extends Io {
  readonly out: () => string
  readonly err: () => string
}

export function testIo(
  more: {
    readonly env?: Io['env']
    readonly cwd?: string
    readonly input?: string
    readonly signal?: AbortSignal
    readonly terminal?: boolean
    readonly tool?: Io['tool']
  } = {},
): TestIo {
  const written = { out: '', err: '' }
  return {
    stdout: {
      write: (text) => {
        written.out += text
      },
    },
    stderr: {
      write: (text) => {
        written.err += text
      },
    },
    stdin: Object.assign(Readable.from([more.input ?? '']), { isTTY: more.terminal === true }),
    env: more.env ?? {},
    cwd: more.cwd ?? '/',
    signal: more.signal ?? new AbortController().signal,
    tool: more.tool,
    out: () => written.out,
    err: () => written.err,
  }
}
