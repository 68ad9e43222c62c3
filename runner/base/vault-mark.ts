/** What every text in Ansible's vault format begins with. */
export const VAULT_MARK = '$ANSIBLE_VAULT;'

export function isVault(text: string): boolean {
  return text.startsWith(VAULT_MARK)
}
