import { readFile } from 'node:fs/promises'
import ssh2, { type AnyAuthMethod, type AuthHandlerMiddleware, type KeyboardInteractiveCallback, type ParsedKey, type Prompt } from 'ssh2'
import { messageOf } from '../base/error.ts'
import type { Secret } from '../base/value.ts'

/** What a user can be known by. */
export interface Identity {
  readonly user: string
  readonly agent?: string | undefined
  readonly privateKeyFiles: readonly string[]
  readonly passphrase?: Secret | undefined
  readonly password?: Secret | undefined
}

/** The ways to authenticate in the order they are tried, and notes on what could not be tried or was refused. */
export interface Authentication {
  readonly handler: AuthHandlerMiddleware
  readonly notes: readonly string[]
  note(text: string): void
}

interface Attempt {
  readonly label: string
  readonly method: AnyAuthMethod
}

export async function authentication(identity: Identity): Promise<Authentication> {
  const notes: string[] = []
  const keys = await Promise.all(identity.privateKeyFiles.map((file) => keyAttempt(identity, file, notes)))
  const attempts = [...agentAttempts(identity), ...keys.flat(), ...passwordAttempts(identity)]
  let next = 0
  const handler: AuthHandlerMiddleware = (left: readonly string[] | null, _partial, give) => {
    while (next < attempts.length) {
      const attempt = attempts[next]
      next += 1
      if (attempt === undefined || !offered(left, attempt.method)) continue
      notes.push(attempt.label)
      give(attempt.method)
      return undefined
    }
    return false
  }
  return { handler, notes, note: (text) => notes.push(text) }
}

/** The server's list is null until it has refused something once. */
function offered(left: readonly string[] | null, method: AnyAuthMethod): boolean {
  return left === null || left.includes(method.type === 'agent' ? 'publickey' : method.type)
}

function agentAttempts(identity: Identity): Attempt[] {
  if (identity.agent === undefined || identity.agent === '') return []
  return [{ label: `agent ${identity.agent}`, method: { type: 'agent', username: identity.user, agent: identity.agent } }]
}

async function keyAttempt(identity: Identity, file: string, notes: string[]): Promise<Attempt[]> {
  try {
    const key = parsed(await readFile(file), identity.passphrase)
    return [{ label: `key ${file}`, method: { type: 'publickey', username: identity.user, key } }]
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) notes.push(`key ${file} (not usable: ${messageOf(error)})`)
    return []
  }
}

function parsed(text: Buffer, passphrase: Secret | undefined): ParsedKey {
  const key: unknown = ssh2.utils.parseKey(text, passphrase?.reveal())
  const first: unknown = Array.isArray(key) ? key[0] : key
  if (isParsedKey(first)) return first
  throw readable(first, passphrase)
}

function isParsedKey(key: unknown): key is ParsedKey {
  return typeof key === 'object' && key !== null && !(key instanceof Error) && 'isPrivateKey' in key
}

function readable(error: unknown, passphrase: Secret | undefined): Error {
  if (!(error instanceof Error)) return new Error('it holds no private key')
  if (!/encrypted|passphrase|decrypt|integrity/i.test(error.message)) return error
  return new Error(passphrase === undefined ? 'it is encrypted and no passphrase is given' : 'the passphrase does not open it', {
    cause: error,
  })
}

function passwordAttempts(identity: Identity): Attempt[] {
  const { password, user: username } = identity
  if (password === undefined) return []
  const prompt = (_name: string, _text: string, _lang: string, prompts: Prompt[], finish: KeyboardInteractiveCallback): void => {
    finish(prompts.map(() => password.reveal()))
  }
  return [
    { label: 'password', method: { type: 'password', username, password: password.reveal() } },
    { label: 'keyboard-interactive', method: { type: 'keyboard-interactive', username, prompt } },
  ]
}
