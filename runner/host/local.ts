import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { connect as connectSocket, type Socket } from 'node:net'
import { userInfo } from 'node:os'
import type { ConnectionOptions } from './_connection.ts'
import { type ShellChannels, ShellConnection } from './_connection.ts'
import type { ChannelEnd, ShellChannel } from './_shell.ts'
import type { ConnectionSettings } from './session.ts'

/** The controller itself as a host: shells are its child processes. */
export function connectLocal(settings: ConnectionSettings, options: ConnectionOptions): ShellConnection {
  const channels: ShellChannels = {
    user: userInfo().username,
    lost: undefined,
    exec: spawnChannel,
    forward: openSocket,
    close: () => Promise.resolve(),
  }
  return new ShellConnection(settings, options, channels)
}

function spawnChannel(command: string): Promise<ShellChannel> {
  const child = spawn('/bin/sh', ['-c', command], { stdio: 'pipe', detached: true })
  return Promise.resolve({
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended: endOf(child),
    destroy() {
      child.stdin.destroy()
      child.stdout.destroy()
      child.stderr.destroy()
    },
  })
}

/** A background process may hold the pipes open for ever after the shell's end: hence the bound on the wait for them. */
const LAST_OUTPUT_BOUND = 200

function endOf(child: ChildProcessWithoutNullStreams): Promise<ChannelEnd> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      resolve({ reason: error.message })
    })
    child.once('exit', (code, signal) => {
      const reason = signal === null ? `the shell ended with code ${String(code)}` : `the shell was killed by ${signal}`
      const end = code === null ? { reason } : { reason, code }
      const timer = setTimeout(resolve, LAST_OUTPUT_BOUND, end)
      child.once('close', () => {
        clearTimeout(timer)
        resolve(end)
      })
    })
  })
}

function openSocket(host: string, port: number, signal?: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ host, port, noDelay: true })
    const stop = (): void => {
      socket.destroy(new Error('aborted', { cause: signal?.reason }))
    }
    signal?.addEventListener('abort', stop, { once: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      signal?.removeEventListener('abort', stop)
      socket.off('error', reject)
      resolve(socket)
    })
  })
}
