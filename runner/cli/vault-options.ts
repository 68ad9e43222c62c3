import type { AnsibleConfig } from './ansible-config.ts'
import type { Arguments, OptionTable } from './arguments.ts'

const GROUP = 'Vault'

/** The options of every command that opens encrypted files. */
export const VAULT_OPTIONS = {
  askVaultPass: {
    flags: ['-J', '--ask-vault-password', '--ask-vault-pass'],
    kind: 'flag',
    group: GROUP,
    help: 'Ask for the vault password.',
  },
  vaultPasswordFile: {
    flags: ['--vault-password-file', '--vault-pass-file'],
    kind: 'list',
    value: 'FILE',
    group: GROUP,
    help: 'A file with the vault password, or a program that prints it.',
  },
  vaultId: {
    flags: ['--vault-id'],
    kind: 'list',
    value: '[ID@]SOURCE',
    group: GROUP,
    help: 'A vault id and where its password comes from: a file, a program or `prompt`.',
  },
} as const satisfies OptionTable

/** Where vault passwords come from, as given on the command line. */
export interface VaultChoices {
  readonly ask: boolean
  readonly passwordFiles: readonly string[]
  readonly ids: readonly string[]
}

/** What a command line with these options says, and the settings. */
export function vaultChoices(args: Pick<Arguments<typeof VAULT_OPTIONS>, 'flag' | 'list'>, config: AnsibleConfig): VaultChoices {
  return {
    ask: args.flag('askVaultPass') || config.bool('DEFAULT_ASK_VAULT_PASS', false),
    passwordFiles: args.list('vaultPasswordFile'),
    ids: args.list('vaultId'),
  }
}
