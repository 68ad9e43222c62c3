import type { Duplex } from 'node:stream'
import ssh2, { type Client } from 'ssh2'
import { messageOf, RunnerError } from '../base/error.ts'
import type { HostKeyCheck } from './_host-key.ts'
import type { Authentication } from './_ssh-auth.ts'

/** One SSH server to log in to. */
export interface SshTarget {
  /** The inventory name, for messages. */
  readonly name: string
  readonly address: string
  readonly port: number
  readonly user: string
  readonly connectTimeout: number
  readonly keepaliveInterval: number
}

export interface SshTrust {
  readonly hostKey: HostKeyCheck
  readonly authentication: Authentication
}

/** Logs in once, over `stream` when the way leads through another host. */
export function openClient(target: SshTarget, trust: SshTrust, stream: Duplex | undefined, signal: AbortSignal): Promise<Client> {
  const client = new ssh2.Client()
  let refused: RunnerError | undefined
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      signal.removeEventListener('abort', stop)
      client.destroy()
      reject(refused ?? explain(error, target, trust.authentication))
    }
    const stop = (): void => {
      fail(new Error('interrupted', { cause: signal.reason }))
    }
    signal.addEventListener('abort', stop, { once: true })
    client.on('error', (error) => {
      // An agent that does not answer is no reason to give up: the next method is tried
      if (levelOf(error) === 'agent') trust.authentication.note('(the agent does not answer)')
      else fail(error)
    })
    client.once('close', () => {
      fail(new Error('the connection was closed during the handshake'))
    })
    client.once('ready', () => {
      signal.removeEventListener('abort', stop)
      client.removeAllListeners('error').removeAllListeners('close')
      client.setNoDelay(true)
      resolve(client)
    })
    client.connect({
      ...(stream === undefined ? { host: target.address, port: target.port } : { sock: stream }),
      username: target.user,
      readyTimeout: target.connectTimeout,
      keepaliveInterval: target.keepaliveInterval,
      keepaliveCountMax: KEEPALIVES_MISSED,
      authHandler: trust.authentication.handler,
      algorithms: { serverHostKey: [...trust.hostKey.algorithms], cipher: [...CIPHERS] },
      hostVerifier: (key: Buffer, verify: (good: boolean) => void) => {
        trust.hostKey.judge(key).then((error) => {
          refused = error
          verify(error === undefined)
        }, fail)
      },
    })
  })
}

const KEEPALIVES_MISSED = 3

/** The cheapest first where the processor has AES; authenticated ciphers need no separate MAC. */
const CIPHERS = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'chacha20-poly1305@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
] as const

function explain(error: unknown, target: SshTarget, authentication: Authentication): RunnerError {
  const where = `${target.name}: ${target.address} port ${String(target.port)}`
  if (levelOf(error) === 'client-authentication') {
    const tried = authentication.notes.length === 0 ? 'nothing could be tried' : `tried ${authentication.notes.join(', ')}`
    return new RunnerError('unreachable', `${where} refused to let ${target.user} in: ${tried}`, {
      hint: 'see ansible_user, ansible_ssh_private_key_file and ansible_password, or load a key into the agent',
      cause: error,
    })
  }
  const [reason, hint] = REASONS[codeOf(error)] ?? [messageOf(error), undefined]
  return new RunnerError('unreachable', `${where}: ${reason}`, { hint, cause: error })
}

const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  ENOTFOUND: ['the host name is not known', 'see ansible_host, or add the name to DNS or /etc/hosts'],
  EAI_AGAIN: ['the host name cannot be looked up now', 'the name server does not answer'],
  ECONNREFUSED: ['the connection was refused', 'is sshd running there? see ansible_host and ansible_port'],
  EHOSTUNREACH: ['there is no route to the host', 'see ansible_host, or give a jump host'],
  ENETUNREACH: ['the network is unreachable', 'see ansible_host, or give a jump host'],
  ETIMEDOUT: ['the connection timed out', 'a firewall may drop it; see ansible_host and --timeout'],
  ECONNRESET: ['the connection was reset', 'sshd may be at its limit of unauthenticated connections (MaxStartups)'],
  'client-timeout': ['the connection timed out', 'a firewall may drop it; see ansible_host and --timeout'],
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return levelOf(error)
}

function levelOf(error: unknown): string {
  return error instanceof Error && 'level' in error && typeof error.level === 'string' ? error.level : ''
}

/** Another try may succeed: nothing was refused for good. */
export function isPassing(error: unknown): boolean {
  const cause: unknown = error instanceof RunnerError ? error.cause : undefined
  return cause !== undefined && levelOf(cause) !== 'client-authentication' && codeOf(cause) !== 'ENOTFOUND'
}
