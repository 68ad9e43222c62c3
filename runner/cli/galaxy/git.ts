import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RunnerError } from '../../base/error.ts'
import type { Io } from '../io.ts'

/** A working copy of a repository at a version, for as long as the work takes; made by the controller's own git. */
export async function withWorkingCopy<T>(
  { url, version }: { readonly url: string; readonly version: string | undefined },
  io: Io,
  work: (folder: string) => Promise<T> | T,
): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'stackrun-galaxy-'))
  const folder = join(root, 'copy')
  try {
    await git(['clone', '--quiet', '--', url, folder], io)
    if (version !== undefined && !['', '*', 'HEAD'].includes(version)) await git(['-C', folder, 'checkout', '--quiet', version, '--'], io)
    return await work(folder)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

async function git(args: readonly string[], { env, signal, cwd }: Io): Promise<void> {
  const child = spawn('git', args, { env: { ...env, GIT_TERMINAL_PROMPT: '0' }, stdio: ['ignore', 'ignore', 'pipe'], signal, cwd })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-4000)
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', (error) => {
      reject(new RunnerError('not-found', `git cannot be run on this machine: ${error.message}`, { cause: error }))
    })
    child.on('close', resolve)
  })
  if (code !== 0) throw new RunnerError('not-found', `git ${args[0] === 'clone' ? 'clone' : 'checkout'} failed: ${said.trim()}`)
}
