import { readFileSync, statSync } from 'node:fs'
import { messageOf, RunnerError } from '../base/error.ts'
import type { SourceFile } from '../base/source.ts'
import { isVault } from '../base/vault-mark.ts'

/** Opens a vault text of the controller's files. */
export type Decrypt = (text: string) => string

/**
 * Reads a file of the controller. One that is encrypted as a whole is opened; errors then show its places, never its lines.
 * @throws RunnerError `not-found`, or `variable` where it is encrypted and cannot be opened
 */
export function readSource(path: string, decrypt?: Decrypt): SourceFile {
  const text = readText(path)
  if (!isVault(text)) return { path, text }
  return { path, text: openFile(path, text, decrypt), secret: true }
}

function openFile(path: string, text: string, decrypt: Decrypt | undefined): string {
  if (decrypt === undefined) {
    throw new RunnerError('variable', `${path} is encrypted and no vault password was given`, {
      hint: 'give --ask-vault-pass or --vault-password-file',
    })
  }
  try {
    return decrypt(text)
  } catch (error) {
    const hint = error instanceof RunnerError ? error.hint : undefined
    throw new RunnerError('variable', `${messageOf(error)} on ${path}`, { hint, cause: error })
  }
}

function readText(path: string): string {
  try {
    if (statSync(path).isDirectory()) throw new RunnerError('not-found', `${path} is a folder, not a file`)
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
  } catch (error) {
    if (error instanceof RunnerError) throw error
    const reason = /ENOENT/.test(messageOf(error)) ? 'there is no such file' : messageOf(error)
    throw new RunnerError('not-found', `cannot read ${path}: ${reason}`, { cause: error })
  }
}
