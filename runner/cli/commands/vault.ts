import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { RunnerError } from '../../base/error.ts'
import type { VaultSecret } from '../../load/vault.ts'
import { createVault } from '../../load/vault-secrets.ts'
import { readAnsibleConfig } from '../ansible-config.ts'
import { type Arguments, type OptionTable, parseArguments } from '../arguments.ts'
import { EXIT } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { commandHelp } from '../overview.ts'
import { UsageError } from '../usage-error.ts'
import { createFile, decryptFile, editFile, encryptFile, rekeyFile, type VaultWork, viewFile } from '../vault-files.ts'
import { VAULT_OPTIONS, vaultChoices } from '../vault-options.ts'
import { type Prompting, vaultSecrets } from '../vault-passwords.ts'
import { encryptStrings } from '../vault-strings.ts'

const OPTIONS = {
  ...VAULT_OPTIONS,
  encryptVaultId: { flags: ['--encrypt-vault-id'], kind: 'value', value: 'ID', group: 'Encrypting', help: 'The vault id to encrypt with.' },
  newVaultId: { flags: ['--new-vault-id'], kind: 'value', value: '[ID@]SOURCE', group: 'rekey', help: 'The new vault id.' },
  newVaultPasswordFile: {
    flags: ['--new-vault-password-file'],
    kind: 'value',
    value: 'FILE',
    group: 'rekey',
    help: 'A file with the new password.',
  },
  output: { flags: ['--output'], kind: 'value', value: 'FILE', group: 'Encrypting', help: 'Where the result goes; - prints it.' },
  name: { flags: ['-n', '--name'], kind: 'list', value: 'NAME', group: 'encrypt-string', help: "The variable's name; one for each text." },
  stdinName: {
    flags: ['--stdin-name'],
    kind: 'value',
    value: 'NAME',
    group: 'encrypt-string',
    help: 'The name of the text from standard input.',
  },
  prompt: { flags: ['-p', '--prompt'], kind: 'flag', group: 'encrypt-string', help: 'Ask for the text.' },
  showInput: { flags: ['--show-input'], kind: 'flag', group: 'encrypt-string', help: 'Show what is typed.' },
  skipTtyCheck: { flags: ['--skip-tty-check'], kind: 'flag', group: 'Encrypting', help: 'Start the editor without a terminal.' },
  verbose: { flags: ['-v', '--verbose'], kind: 'count', group: 'Encrypting', help: 'Accepted; there is nothing more to say.' },
  help: { flags: ['-h', '--help'], kind: 'flag', group: 'Encrypting', help: 'This text.' },
} as const satisfies OptionTable

export type VaultArguments = Arguments<typeof OPTIONS>

const ACTIONS = ['create', 'view', 'edit', 'encrypt', 'decrypt', 'rekey', 'encrypt-string'] as const
type Action = (typeof ACTIONS)[number]

/** `run vault`: files and texts in Ansible's vault format. */
export async function vaultCommand(argv: readonly string[], io: Io): Promise<number> {
  const args = parseArguments(OPTIONS, argv)
  if (args.flag('help')) {
    io.stdout.write(commandHelp('vault', io, OPTIONS))
    return EXIT.ok
  }
  const [word = '', ...files] = args.words
  const action = ACTIONS.find((name) => name === word.replaceAll('_', '-'))
  if (action === undefined) throw new UsageError(word === '' ? `say what to do: ${ACTIONS.join(', ')}` : `cannot do '${word}'`)
  const work = await workFor(action, args, io)
  if (action === 'encrypt-string') await encryptStrings(work, args, files)
  else await workOnFiles(action, args, { work, files: filesFor(action, args, { names: files, io }) })
  const told = DONE[action]
  if (told !== undefined && io.stdout.isTTY === true) io.stderr.write(`${told}\n`)
  return EXIT.ok
}

const DONE: Readonly<Partial<Record<Action, string>>> = {
  encrypt: 'Encryption successful',
  decrypt: 'Decryption successful',
  rekey: 'Rekey successful',
  'encrypt-string': 'Encryption successful',
}

/** Names as they were given; whether all are there is seen before the first is touched. */
function filesFor(
  action: Action,
  args: VaultArguments,
  { names, io }: { readonly names: readonly string[]; readonly io: Io },
): readonly string[] {
  const usesStdin = action === 'encrypt' || action === 'decrypt' || action === 'view'
  const given = names.length > 0 || !usesStdin ? names : ['-']
  if (given.length === 0) throw new UsageError(`say which file to ${action}`)
  if (given.length > 1 && (action === 'create' || args.value('output') !== undefined))
    throw new UsageError(action === 'create' ? 'create makes one file at a time' : '--output takes the result of one file only')
  const paths = given.map((name) => (name === '-' ? name : resolve(io.cwd, name)))
  for (const name of paths)
    if (name !== '-' && action !== 'create' && !existsSync(name)) throw new RunnerError('not-found', `there is no file ${name}`)
  return paths
}

interface Files {
  readonly work: Work
  readonly files: readonly string[]
}

async function workOnFiles(action: Exclude<Action, 'encrypt-string'>, args: VaultArguments, { work, files }: Files): Promise<void> {
  const newSecret = action === 'rekey' ? await newSecretOf(args, work.io) : undefined
  for (const file of files) {
    switch (action) {
      case 'create':
        createFile(work, file, work.closing())
        break
      case 'encrypt':
        await encryptFile(work, file, work.closing())
        break
      case 'decrypt':
        await decryptFile(work, file)
        break
      case 'view':
        await viewFile(work, file)
        break
      case 'edit':
        editFile(work, file)
        break
      case 'rekey':
        rekeyFile(work, file, newSecret ?? work.closing())
    }
  }
}

export interface Work extends VaultWork {
  /** The password that new texts are encrypted with. @throws RunnerError `options` where several could be meant */
  closing(): VaultSecret
}

async function workFor(action: Action, args: VaultArguments, io: Io): Promise<Work> {
  const creates = action === 'create' || action === 'encrypt' || action === 'encrypt-string'
  const secrets = await askedSecrets(args, io, creates ? 'twice' : 'once')
  const config = readAnsibleConfig(io)
  const salt = config.text('VAULT_ENCRYPT_SALT')
  const output = args.value('output')
  return {
    io,
    vault: createVault(secrets),
    output: output === undefined || output === '-' ? output : resolve(io.cwd, output),
    salt: salt === undefined ? undefined : Buffer.from(salt, 'utf8'),
    closing: () => closingSecret(secrets, args.value('encryptVaultId') ?? config.text('DEFAULT_VAULT_ENCRYPT_IDENTITY')),
  }
}

/** Without any source of a password the terminal is asked, as there is nothing to do without one. */
async function askedSecrets(args: VaultArguments, io: Io, prompting: Prompting): Promise<readonly VaultSecret[]> {
  const choices = vaultChoices(args, readAnsibleConfig(io))
  const secrets = await vaultSecrets(choices, io, prompting)
  return secrets.length > 0 ? secrets : vaultSecrets({ ...choices, ask: true }, io, prompting)
}

function closingSecret(secrets: readonly VaultSecret[], wanted: string | undefined): VaultSecret {
  const fitting = wanted === undefined ? secrets : secrets.filter(({ id }) => id === wanted)
  const [secret] = fitting
  if (secret === undefined)
    throw new RunnerError('options', `no password was given for the vault id ${wanted ?? ''}`, {
      hint: `give --vault-id ${wanted ?? 'ID'}@SOURCE`,
    })
  const ids = [...new Set(fitting.map(({ id }) => id))]
  if (ids.length === 1) return secret
  throw new RunnerError('options', `The vault-ids ${ids.join(',')} are available to encrypt`, {
    hint: 'say which with --encrypt-vault-id',
  })
}

async function newSecretOf(args: VaultArguments, io: Io): Promise<VaultSecret> {
  const [id, file] = [args.value('newVaultId'), args.value('newVaultPasswordFile')]
  const choices = {
    ask: id === undefined && file === undefined,
    passwordFiles: file === undefined ? [] : [file],
    ids: id === undefined ? [] : [id],
  }
  const env = { ...io.env, ANSIBLE_VAULT_IDENTITY_LIST: undefined, ANSIBLE_VAULT_PASSWORD_FILE: undefined }
  const [secret] = await vaultSecrets(choices, { ...io, env }, 'twice')
  if (secret === undefined) throw new RunnerError('options', 'no new vault password was given')
  return secret
}
