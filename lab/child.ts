import { spawn } from 'node:child_process'
import { RunnerError } from '../runner/base/error.ts'
import { quoteArgv } from '../runner/base/quote.ts'

export interface ChildOptions {
  readonly signal: AbortSignal
  readonly stdin?: string | undefined
  readonly cwd?: string | undefined
  readonly env?: NodeJS.ProcessEnv | undefined
  /** Seconds; default 60. */
  readonly timeout?: number | undefined
}

export interface ChildResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program of this machine to its end; a failing exit code is a value. Throws where it cannot start or is cut off. */
export function run(argv: readonly [string, ...string[]], options: ChildOptions): Promise<ChildResult> {
  const [file, ...args] = argv
  const seconds = options.timeout ?? 60
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(seconds * 1000)])
  return new Promise((done, fail) => {
    const child = spawn(file, args, { signal, cwd: options.cwd, env: { ...process.env, LC_ALL: 'C.UTF-8', ...options.env } })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.stdin.on('error', () => undefined) // a program may end before it has read its input
    child.stdin.end(options.stdin ?? '')
    child.on('error', (cause) => {
      const why = signal.aborted && !options.signal.aborted ? `took longer than ${String(seconds)} s` : cause.message
      fail(new RunnerError('lab', `${quoteArgv(argv)}: ${why}`, { cause }))
    })
    child.on('close', (code) => {
      done({ code: code ?? 255, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() })
    })
  })
}

/** Runs a program that has to succeed and gives its output. */
export async function must(argv: readonly [string, ...string[]], options: ChildOptions): Promise<string> {
  const result = await run(argv, options)
  if (result.code === 0) return result.stdout
  throw new RunnerError('lab', `${quoteArgv(argv)} ended with ${String(result.code)}: ${lastLines(result.stderr || result.stdout)}`)
}

/** The end of a program's output, which is where programs say why they stopped. */
export function lastLines(text: string): string {
  return text.trim().split('\n').slice(-6).join('\n')
}
