import { randomBytes } from 'node:crypto'
import { posix } from 'node:path'
import { RunnerError } from '../base/error.ts'
import { printfFormat, quote } from '../base/quote.ts'
import { installScript } from './_install.ts'
import type { Shell } from './_shell.ts'
import type { SessionAnswer, SessionRequest, Upload } from './session.ts'

/** What a transfer needs of its session: requests in the standing shell, and a shell of its own for the bytes. */
export interface TransferHost {
  readonly name: string
  request(request: SessionRequest): Promise<SessionAnswer>
  openShell(): Promise<Shell>
}

/** Up to here the bytes travel inside the one request that also puts the file in place. */
const INLINE_BOUND = 64 * 1024

export async function upload(host: TransferHost, file: Upload): Promise<void> {
  const temporary = posix.join(posix.dirname(file.path), `.stackrun.${randomBytes(8).toString('hex')}`)
  const { content } = file
  if (content instanceof Uint8Array && content.length <= INLINE_BOUND) {
    // Through cat: a shell's own printf says `I/O error` where the disk is full
    const write = `printf ${printfFormat(content)} | ( umask 077; exec cat >${quote(temporary)} )`
    await install(host, file, { temporary, size: content.length, write })
    return
  }
  try {
    const size = await stream(host, file, temporary)
    await install(host, file, { temporary, size, write: ':' })
  } catch (error) {
    await host.request({ script: `rm -f ${quote(temporary)}` }).catch(leaveIt)
    throw error
  }
}

export async function download(host: TransferHost, path: string, onChunk: (chunk: Buffer) => void, signal: AbortSignal): Promise<void> {
  const shell = await host.openShell()
  const onOutput = (name: 'stdout' | 'stderr', chunk: Buffer): void => {
    if (name === 'stdout') onChunk(chunk)
  }
  const answer = await bound(shell, signal, shell.run({ script: `cat <${quote(path)}`, onOutput, maxOutput: 64 * 1024 }))
  if (answer.rc !== 0) throw failure(host, `cannot read ${path}`, answer.stderr)
}

async function install(host: TransferHost, file: Upload, bytes: { temporary: string; size: number; write: string }): Promise<void> {
  const answer = await host.request({ script: installScript(file, bytes), signal: file.signal })
  if (answer.timedOut) file.signal?.throwIfAborted()
  if (answer.rc !== 0) throw failure(host, `cannot write ${file.path}`, answer.stderr)
}

async function stream(host: TransferHost, file: Upload, temporary: string): Promise<number> {
  let size = 0
  async function* counted(): AsyncIterable<Uint8Array> {
    for await (const chunk of pieces(file.content)) {
      size += chunk.length
      yield chunk
    }
  }
  const shell = await host.openShell()
  const script = `( umask 077; exec cat >${quote(temporary)} )`
  try {
    const answer = await bound(shell, file.signal, shell.runLast({ script }, counted()))
    if (answer.rc !== 0) throw failure(host, `cannot write ${file.path}`, answer.stderr)
    return size
  } catch (error) {
    // The program that writes may only be about to begin: who removes its file must come after it.
    await shell.close()
    throw error
  }
}

async function bound(shell: Shell, signal: AbortSignal | undefined, answer: Promise<SessionAnswer>): Promise<SessionAnswer> {
  const stop = (): void => {
    shell.destroy()
  }
  signal?.addEventListener('abort', stop, { once: true })
  // It may have come while the shell was being opened.
  if (signal?.aborted === true) stop()
  try {
    return await answer
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', stop)
    shell.destroy()
  }
}

const PIECE = 256 * 1024

function pieces(content: Upload['content']): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  return content instanceof Uint8Array ? slices(content) : content
}

function* slices(content: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < content.length; at += PIECE) yield content.subarray(at, at + PIECE)
}

/** The lost host keeps a stale `.stackrun.` file; the first error is the one to tell. */
function leaveIt(): void {
  // nothing more can be done
}

/** The host's own words, without the names of the program and the temporary file. */
function failure(host: TransferHost, what: string, stderr: Buffer): RunnerError {
  const last = stderr.toString().trim().split('\n').at(-1) ?? ''
  const reason = last
    .replace(/^(?:\S+: )(?:(?:line )?\d+: )?(?:eval: )?(?:(?:line )?\d+: )?/, '')
    .replace(/(?:can(?:'t|not) create )?\S*\.stackrun\.[0-9a-f]+'?: /, '')
  return new RunnerError('transfer', `${host.name}: ${what}: ${reason === '' ? 'the host gave no reason' : reason}`, {
    cause: stderr.toString(),
  })
}
