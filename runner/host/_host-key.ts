import { messageOf, RunnerError } from '../base/error.ts'
import { appendKnownHost, fingerprint, type KnownHost, keyType, knownHostName, matchesHost, readKnownHosts } from './_known-hosts.ts'
import type { ConnectionSettings } from './session.ts'

export type HostKeySettings = Pick<ConnectionSettings, 'name' | 'address' | 'port' | 'hostKey' | 'hostKeyChecking' | 'knownHostsFiles'>

/** What is known of a host's key before connecting, and the judgement on the key that the host then shows. */
export interface HostKeyCheck {
  /** Host key algorithms to offer, those of the known keys first. */
  readonly algorithms: readonly HostKeyAlgorithm[]
  /** Why the key is refused, or undefined. An unseen key is recorded where the policy says so. */
  judge(key: Buffer): Promise<RunnerError | undefined>
}

export type HostKeyAlgorithm = (typeof ALGORITHMS)[number]

const ALGORITHMS = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const

export async function hostKeyCheck(settings: HostKeySettings, warn: (message: string) => void): Promise<HostKeyCheck> {
  if (settings.hostKey !== undefined) return pinned(settings, settings.hostKey)
  const name = knownHostName(settings.address, settings.port)
  const known = (await readKnownHosts(settings.knownHostsFiles)).filter(
    (entry) => entry.marker !== '@cert-authority' && matchesHost(entry, name),
  )
  return {
    algorithms: preferring(known.filter((entry) => entry.marker === '').map((entry) => entry.type)),
    judge: (key) => judge(settings, { name, known, warn }, key),
  }
}

function pinned(settings: HostKeySettings, hostKey: string): HostKeyCheck {
  const [type = '', wanted = ''] = hostKey.trim().split(/\s+/)
  const judgePinned = (key: Buffer): RunnerError | undefined => {
    if (key.equals(Buffer.from(wanted, 'base64'))) return undefined
    const message = `${about(settings)} shows the ${keyType(key)} key ${fingerprint(key)}, but ansible_host_key pins ${type} ${fingerprint(Buffer.from(wanted, 'base64'))}`
    return new RunnerError('unreachable', message, {
      hint: 'correct ansible_host_key if the host was rebuilt; otherwise somebody may be in between',
    })
  }
  return { algorithms: preferring([type]), judge: (key) => Promise.resolve(judgePinned(key)) }
}

interface Knowledge {
  readonly name: string
  readonly known: readonly KnownHost[]
  readonly warn: (message: string) => void
}

async function judge(settings: HostKeySettings, knowledge: Knowledge, key: Buffer): Promise<RunnerError | undefined> {
  const text = key.toString('base64')
  const revoked = knowledge.known.find((entry) => entry.marker === '@revoked' && entry.key === text)
  if (revoked !== undefined)
    return new RunnerError('unreachable', `${about(settings)} shows a key that is revoked at ${revoked.place}: ${fingerprint(key)}`)
  if (settings.hostKeyChecking === 'no') return undefined
  const good = knowledge.known.filter((entry) => entry.marker === '')
  if (good.some((entry) => entry.key === text)) return undefined
  const other = good.find((entry) => entry.type === keyType(key)) ?? good[0]
  if (other !== undefined) return mismatch(settings, other, key)
  if (settings.hostKeyChecking === 'yes') return unseen(settings, key)
  await record(settings, knowledge, key)
  return undefined
}

async function record(settings: HostKeySettings, knowledge: Knowledge, key: Buffer): Promise<void> {
  const [file] = settings.knownHostsFiles
  if (file === undefined) return
  try {
    await appendKnownHost(file, knowledge.name, key)
  } catch (error) {
    knowledge.warn(`${about(settings)}: its host key could not be recorded: ${messageOf(error)}`)
  }
}

function mismatch(settings: HostKeySettings, entry: KnownHost, key: Buffer): RunnerError {
  const known = `${entry.type} ${fingerprint(Buffer.from(entry.key, 'base64'))}`
  const message = `${about(settings)} shows the ${keyType(key)} key ${fingerprint(key)}, but ${entry.place} has ${known}`
  const name = knownHostName(settings.address, settings.port)
  return new RunnerError('unreachable', message, {
    hint: `if the host was rebuilt, remove the old key: ssh-keygen -R '${name}'; otherwise somebody may be in between`,
  })
}

function unseen(settings: HostKeySettings, key: Buffer): RunnerError {
  const files = settings.knownHostsFiles.join(', ')
  return new RunnerError(
    'unreachable',
    `${about(settings)} shows the ${keyType(key)} key ${fingerprint(key)}, which no known_hosts file has (${files})`,
    {
      hint: 'compare the fingerprint and add the key, or pin it with ansible_host_key',
    },
  )
}

function about(settings: HostKeySettings): string {
  return `${settings.name}: the host ${settings.address} port ${String(settings.port)}`
}

/** A server that has several keys shows the first kind asked for: it must be one that is known. */
function preferring(types: readonly string[]): HostKeyAlgorithm[] {
  const known = ALGORITHMS.filter((algorithm) => types.includes(algorithm) || (algorithm.startsWith('rsa-') && types.includes('ssh-rsa')))
  return [...known, ...ALGORITHMS.filter((algorithm) => !known.includes(algorithm))]
}
