import type { ValueRecord } from '../base/value.ts'

/** What is done about names of groups that are no names of variables: `web-1`. */
export type GroupCharacters = 'always' | 'never' | 'ignore' | 'silently'

/** What ansible.cfg and the environment say about inventories. */
export interface InventorySettings {
  /** Plugins in the order in which they are asked whether a source is theirs. */
  readonly plugins: readonly string[]
  /** Endings of the files in a folder that are no inventories. */
  readonly ignoredExtensions: readonly string[]
  /** The same as regular expressions on names. */
  readonly ignoredPatterns: readonly string[]
  readonly groupCharacters: GroupCharacters
  /** `constructed` sees extra vars where its file does not say. */
  readonly useExtraVars: boolean
  /** What is done where no source was read. */
  readonly unparsed: 'warning' | 'ignore' | 'error'
  /** What is done about a host pattern that matches nothing. */
  readonly mismatch: 'warning' | 'ignore' | 'error'
}

export const INVENTORY_DEFAULTS: InventorySettings = {
  plugins: ['host_list', 'script', 'auto', 'yaml', 'ini', 'toml'],
  ignoredExtensions: ['.pyc', '.pyo', '.swp', '.bak', '~', '.rpm', '.md', '.txt', '.rst', '.orig', '.cfg', '.retry'],
  ignoredPatterns: [],
  groupCharacters: 'never',
  useExtraVars: false,
  unparsed: 'warning',
  mismatch: 'warning',
}

/** Keeps what executable inventories answered. */
export interface InventoryCache {
  read(key: string): ValueRecord | undefined
  write(key: string, answers: ValueRecord): void
}
