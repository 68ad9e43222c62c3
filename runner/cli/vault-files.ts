import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { RunnerError } from '../base/error.ts'
import { isVault } from '../base/vault-mark.ts'
import { closeVault, type VaultSecret } from '../load/vault.ts'
import type { Vault } from '../load/vault-secrets.ts'
import type { Io } from './io.ts'
import { replaceFile } from './replace-file.ts'
import { standardInput } from './standard-input.ts'
import { editBytes } from './vault-editor.ts'

/** What `run vault` does with files. `-` is standard input or output. */
export interface VaultWork {
  readonly io: Io
  /** Opens what is encrypted. */
  readonly vault: Vault
  /** Where the result goes; in place without one. */
  readonly output: string | undefined
  /** A fixed salt makes the same text of the same bytes (ANSIBLE_VAULT_ENCRYPT_SALT). */
  readonly salt: Buffer | undefined
}

export async function encryptFile(work: VaultWork, file: string, secret: VaultSecret): Promise<void> {
  const bytes = await inputOf(work, file)
  if (isVault(bytes.subarray(0, 64).toString('latin1'))) throw new RunnerError('variable', 'input is already encrypted')
  writeResult(work, file, Buffer.from(closeVault(bytes, secret, work.salt)))
}

export async function decryptFile(work: VaultWork, file: string): Promise<void> {
  writeResult(work, file, opened(work, file, await inputOf(work, file)).bytes)
}

export async function viewFile(work: VaultWork, file: string): Promise<void> {
  print(work, opened(work, file, await inputOf(work, file)).bytes)
}

export function createFile(work: VaultWork, file: string, secret: VaultSecret): void {
  if (existsSync(file)) throw new RunnerError('options', `${file} exists, please use 'edit' instead`)
  writeResult(work, file, Buffer.from(closeVault(editBytes(Buffer.alloc(0), basename(file), work.io), secret, work.salt)))
}

/** What was not changed is not encrypted anew; what was keeps its password and vault id. */
export function editFile(work: VaultWork, file: string): void {
  const { bytes, secret } = opened(work, file, readFileSync(file))
  const edited = editBytes(bytes, basename(file), work.io)
  if (!edited.equals(bytes)) writeResult(work, file, Buffer.from(closeVault(edited, secret, work.salt)))
}

export function rekeyFile(work: VaultWork, file: string, secret: VaultSecret): void {
  writeResult(work, file, Buffer.from(closeVault(opened(work, file, readFileSync(file)).bytes, secret, work.salt)))
}

/** `name: !vault |` and the text, ready to be pasted into a file of variables. */
export function encryptedString(
  text: string,
  name: string | undefined,
  closing: { readonly secret: VaultSecret; readonly salt: Buffer | undefined },
): string {
  const lines = closeVault(Buffer.from(text, 'utf8'), closing.secret, closing.salt).trimEnd().split('\n')
  const key = name === undefined || name === '' ? '' : `${name}: `
  return [`${key}!vault |`, ...lines.map((line) => `          ${line}`)].join('\n')
}

function opened({ vault }: VaultWork, file: string, bytes: Buffer): ReturnType<Vault['openWith']> {
  const text = bytes.toString('latin1')
  if (!isVault(text))
    throw new RunnerError('variable', 'input is not vault encrypted data', { hint: `${file} is not a vault encrypted file` })
  return vault.openWith(text)
}

async function inputOf({ io }: VaultWork, file: string): Promise<Buffer> {
  return file === '-' ? standardInput(io) : readFileSync(file)
}

function writeResult(work: VaultWork, file: string, bytes: Buffer): void {
  const target = work.output ?? file
  if (target === '-') print(work, bytes)
  else replaceFile(target, bytes)
}

function print({ io }: VaultWork, bytes: Buffer): void {
  const text = bytes.toString('utf8')
  if (!Buffer.from(text, 'utf8').equals(bytes))
    throw new RunnerError('options', 'the content is not a text and cannot be printed', { hint: 'give --output FILE' })
  io.stdout.write(text)
}
