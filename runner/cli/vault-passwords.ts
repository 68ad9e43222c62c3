import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, resolve } from 'node:path'
import { messageOf, RunnerError } from '../base/error.ts'
import { Secret } from '../base/value.ts'
import { DEFAULT_ID, type VaultSecret } from '../load/vault.ts'
import { readAnsibleConfig } from './ansible-config.ts'
import { askSecret } from './ask.ts'
import type { Io } from './io.ts'
import type { VaultChoices } from './vault-options.ts'

/** How often a prompted password is asked for: a new one twice. */
export type Prompting = 'once' | 'twice'

/**
 * The passwords in the order in which they are tried: the identity list of the environment or ansible.cfg, `--vault-id`, password files, the prompt.
 * @throws RunnerError `options` for a file or program that gives none
 */
export async function vaultSecrets(choices: VaultChoices, io: Io, prompting: Prompting = 'once'): Promise<readonly VaultSecret[]> {
  const found: VaultSecret[] = []
  for (const source of sourcesOf(choices, io)) found.push(await secretFrom(source, io, prompting))
  return found
}

interface PasswordSource {
  readonly id: string
  readonly from: string
}

const PROMPTS = new Set(['prompt', 'prompt_ask_vault_pass'])

function sourcesOf(choices: VaultChoices, io: Io): readonly PasswordSource[] {
  const config = readAnsibleConfig(io)
  const listed = words(config.text('DEFAULT_VAULT_IDENTITY_LIST'))
  const configured = config.path('DEFAULT_VAULT_PASSWORD_FILE')
  const files = choices.passwordFiles.length > 0 ? choices.passwordFiles : choices.ask || configured === undefined ? [] : [configured]
  const named = [...listed, ...choices.ids].map(splitId)
  const unnamed = [...files, ...(choices.ask ? ['prompt'] : [])].map((from) => ({ id: DEFAULT_ID, from }))
  return [...named, ...unnamed]
}

function words(list: string | undefined): readonly string[] {
  return (list ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

function splitId(text: string): PasswordSource {
  const at = text.indexOf('@')
  return at <= 0 ? { id: DEFAULT_ID, from: text.slice(at + 1) } : { id: text.slice(0, at), from: text.slice(at + 1) }
}

async function secretFrom(source: PasswordSource, io: Io, prompting: Prompting): Promise<VaultSecret> {
  const password = PROMPTS.has(source.from) ? await promptFor(source.id, io, prompting) : new Secret(passwordOf(source, io))
  if (password.reveal() === '') throw new RunnerError('options', `the vault password from ${source.from} is empty`)
  return { id: source.id, password }
}

async function promptFor(id: string, io: Io, prompting: Prompting): Promise<Secret> {
  const name = id === DEFAULT_ID ? '' : ` (${id})`
  if (prompting === 'once') return askSecret(`Vault password${name}`, io)
  const first = await askSecret(`New vault password${name}`, io)
  const again = await askSecret(`Confirm new vault password${name}`, io)
  if (first.reveal() === again.reveal()) return first
  throw new RunnerError('options', 'the two vault passwords differ')
}

function passwordOf({ id, from }: PasswordSource, io: Io): string {
  const path = resolve(io.cwd, from.replace(/^~(?=\/|$)/, io.env['HOME'] ?? homedir()))
  try {
    const found = statSync(path)
    if (found.isFile() && (found.mode & 0o111) !== 0) return fromProgram(path, id, io)
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (error instanceof RunnerError) throw error
    throw new RunnerError('options', `the vault password file ${path} cannot be read: ${messageOf(error)}`)
  }
}

/** `NAME-client` programs are told which id is wanted and may say that they have none. */
function fromProgram(path: string, id: string, io: Io): string {
  const isClient = /-client(\.[^.]*)?$/.test(basename(path))
  const run = spawnSync(path, isClient ? ['--vault-id', id] : [], { env: io.env, encoding: 'utf8', stdio: ['inherit', 'pipe', 'pipe'] })
  if (run.status === 0) return run.stdout.trim()
  const said = run.stderr === '' ? '' : `: ${run.stderr.trim()}`
  const why =
    run.status === null
      ? `cannot be run: ${run.error?.message ?? 'it was killed'}; a file that only holds a password must not be executable`
      : isClient && run.status === 2
        ? `has no password for the vault id ${id}`
        : `ended with ${String(run.status)}${said}`
  throw new RunnerError('options', `the vault password program ${path} ${why}`)
}
