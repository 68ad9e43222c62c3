import { RunnerError } from '../base/error.ts'
import { openVault, type VaultSecret, vaultIdOf } from './vault.ts'

/** Opens vault texts with the passwords that this run was given. */
export interface Vault {
  /** @throws RunnerError `variable` where no password fits */
  open(text: string): Buffer
  /** The same, with the password that fitted. */
  openWith(text: string): { readonly bytes: Buffer; readonly secret: VaultSecret }
}

/** The vault of a run: passwords of the id that a text names come first, then the others, as Ansible tries them. */
export function createVault(secrets: readonly VaultSecret[]): Vault {
  const openWith: Vault['openWith'] = (text) => {
    const id = vaultIdOf(text)
    const tried = id === undefined ? secrets : [...secrets].sort((a, b) => Number(b.id === id) - Number(a.id === id))
    for (const secret of tried) {
      const bytes = openVault(text, secret.password)
      if (bytes !== undefined) return { bytes, secret }
    }
    throw noneFits(id, secrets)
  }
  return { open: (text) => openWith(text).bytes, openWith }
}

function noneFits(id: string | undefined, secrets: readonly VaultSecret[]): RunnerError {
  const ids = [...new Set(secrets.map((secret) => secret.id))].join(', ')
  const whose = id === undefined ? '' : `; it was encrypted with the vault id ${id}`
  return new RunnerError('variable', 'Decryption failed (no vault secrets were found that could decrypt)', {
    hint: `passwords were given for: ${ids}${whose}`,
  })
}
