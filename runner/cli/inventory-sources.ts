import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type AnsibleConfig, readAnsibleConfig } from './ansible-config.ts'
import type { Io } from './io.ts'

/**
 * The inventories to read: those of `-i`, else ANSIBLE_INVENTORY, `inventory =` in ansible.cfg, ./inventory and
 * /etc/ansible/hosts, whichever is there first. None is fine: `localhost` is always known.
 */
export function inventorySources(given: readonly string[], io: Io): readonly string[] {
  if (given.length > 0) return given.map((source) => (source.includes(',') ? source : resolve(io.cwd, source)))
  const configured = configuredSources(readAnsibleConfig(io), io)
  if (configured.length > 0) return configured
  const places = [...(io.tool === undefined ? [join(io.cwd, 'inventory')] : []), '/etc/ansible/hosts']
  const usual = places.find((path) => existsSync(path))
  return usual === undefined ? [] : [usual]
}

/** A list of paths; what is none of them is a list of hosts. */
function configuredSources(config: AnsibleConfig, io: Io): readonly string[] {
  const text = config.text('DEFAULT_HOST_LIST')
  if (text === undefined) return []
  const fromFile = (io.env['ANSIBLE_INVENTORY'] ?? '') === '' && config.file !== undefined
  const folder = fromFile ? dirname(config.file) : io.cwd
  const paths = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => resolve(folder, part))
  return text.includes(',') && !paths.some((path) => existsSync(path)) ? [text] : paths
}
