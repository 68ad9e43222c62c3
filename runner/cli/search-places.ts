import { homedir } from 'node:os'
import { join } from 'node:path'
import type { AnsibleConfig } from './ansible-config.ts'
import type { Io } from './io.ts'

/** The folder that holds what belongs to a user: roles, collections, working copies. */
export function ansibleHome(config: AnsibleConfig, io: Io): string {
  return config.path('ANSIBLE_HOME') ?? join(io.env['HOME'] ?? homedir(), '.ansible')
}

/** Folders with installed collections; new ones are installed into the first. */
export function collectionPlaces(config: AnsibleConfig, io: Io): readonly string[] {
  return placesOr(config.paths('COLLECTIONS_PATHS'), [join(ansibleHome(config, io), 'collections'), '/usr/share/ansible/collections'])
}

/** Folders with installed roles; new ones are installed into the first. */
export function rolePlaces(config: AnsibleConfig, io: Io): readonly string[] {
  return placesOr(config.paths('DEFAULT_ROLES_PATH'), [
    join(ansibleHome(config, io), 'roles'),
    '/usr/share/ansible/roles',
    '/etc/ansible/roles',
  ])
}

/** Folders with the user's own modules, besides those of playbooks and roles. */
export function modulePlaces(config: AnsibleConfig, io: Io): readonly string[] {
  return placesOr(config.paths('DEFAULT_MODULE_PATH'), [
    join(ansibleHome(config, io), 'plugins/modules'),
    '/usr/share/ansible/plugins/modules',
  ])
}

function placesOr(set: readonly string[], otherwise: readonly string[]): readonly string[] {
  return set.length === 0 ? otherwise : set
}
