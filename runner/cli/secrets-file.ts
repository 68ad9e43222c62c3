import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RunnerError } from '../base/error.ts'
import { isRecord, type Value } from '../base/value.ts'
import { isVault } from '../base/vault-mark.ts'
import { loadVarsFile } from '../load/vars.ts'
import { replaceFile } from './replace-file.ts'

export interface SecretsOptions {
  readonly file: string
  /** Folders of roles; their argument specifications say which passwords there are. */
  readonly roleFolders: readonly string[]
  /** `old` keeps values that are there, `none` makes all of them anew. */
  readonly keep: 'old' | 'none'
}

export interface SecretsWritten {
  readonly added: readonly string[]
  readonly kept: readonly string[]
}

const HEADER = '---\n# Passwords of this deployment, random. Keep the file to yourself; it may be encrypted as a whole.\n'
const BYTES = 16

/** Writes a random value for every password that the roles ask for: 0600, whole or not at all, never over an old value unless told. */
export function writeSecrets({ file, roleFolders, keep }: SecretsOptions): SecretsWritten {
  const names = secretNames(roleFolders)
  const old = existsSync(file) ? readFileSync(file, 'utf8') : undefined
  if (old !== undefined && isVault(old)) {
    throw new RunnerError('variable', `${file} is encrypted: nothing can be added to it`, {
      hint: 'decrypt it first, or name another file',
    })
  }
  const known = old === undefined || keep === 'none' ? new Set<string>() : new Set(loadVarsFile(file).keys())
  const added = names.filter((name) => !known.has(name))
  const lines = added.map((name) => `${name}: '${randomBytes(BYTES).toString('hex')}'\n`).join('')
  if (added.length > 0)
    replaceFile(file, old === undefined ? HEADER + lines : withLines(keep === 'none' ? without(old, added) : old, lines))
  return { added, kept: names.filter((name) => known.has(name)) }
}

/** Options of all roles that are `no_log` and have no default: somebody must set them, and nobody should see them. */
export function secretNames(roleFolders: readonly string[]): string[] {
  const found = new Set<string>()
  for (const folder of roleFolders) {
    for (const role of existsSync(folder) ? readdirSync(folder) : []) {
      for (const name of ['argument_specs.yml', 'argument_specs.yaml', 'main.yml'])
        addSecretOptions(join(folder, role, 'meta', name), found)
    }
  }
  return [...found].sort()
}

function addSecretOptions(file: string, found: Set<string>): void {
  if (!existsSync(file)) return
  const specs = loadVarsFile(file).get('argument_specs')?.value ?? null
  for (const entry of valuesOf(specs)) {
    const options = isRecord(entry) ? (entry['options'] ?? null) : null
    if (!isRecord(options)) continue
    for (const [name, option] of Object.entries(options)) {
      if (isRecord(option) && option['no_log'] === true && !Object.hasOwn(option, 'default')) found.add(name)
    }
  }
}

function valuesOf(value: Value): readonly Value[] {
  return isRecord(value) ? Object.values(value) : []
}

function withLines(text: string, lines: string): string {
  return text + (text === '' || text.endsWith('\n') ? '' : '\n') + lines
}

function without(text: string, names: readonly string[]): string {
  return text
    .split('\n')
    .filter((line) => !names.some((name) => line.startsWith(`${name}:`)))
    .join('\n')
}
