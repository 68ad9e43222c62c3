import { type Effect, resource } from '../runner/module/index.ts'
import { FRESH_CLOUD, scopedKey } from './_keystone.ts'
import { grantKey } from './_keystone-grant.ts'

export interface BootstrapNames {
  readonly username: string
  readonly project_name: string
  readonly role_name: string
  readonly service_name: string
  readonly region_id: string
  readonly admin_url?: string | undefined
  readonly public_url?: string | undefined
  readonly internal_url?: string | undefined
}

/** All that `keystone-manage bootstrap` leaves behind; in a cloud that was not there before, nothing else is. */
export function bootstrapEffects(names: BootstrapNames, cloud: 'new' | 'existing'): readonly Effect[] {
  const run = (kind: string, key: string, data: Readonly<Record<string, unknown>>): Effect =>
    resource(kind, key, { exists: true, data }, 'run')
  const user = { kind: 'user', name: names.username, domain: 'default' } as const
  const service = { name: names.service_name, type: 'identity', enabled: true }
  return [
    ...(cloud === 'new' ? [FRESH_CLOUD] : []),
    resource('keystone_bootstrap', bootstrapKey(names), 'done', 'run'),
    resource('keystone_domain', 'default', { exists: true, id: 'default', data: { id: 'default', name: 'Default' } }, 'run'),
    run('keystone_project', scopedKey('default', names.project_name), {
      name: names.project_name,
      domain_id: 'default',
      enabled: true,
      description: 'Bootstrap project for initializing the cloud.',
    }),
    run('keystone_user', scopedKey('default', names.username), { name: names.username, domain_id: 'default', enabled: true }),
    ...[...new Set([names.role_name, 'member', 'reader'])].map((role) => run('keystone_role', role, { name: role })),
    run('keystone_grant', grantKey(user, { kind: 'project', name: names.project_name, domain: 'default' }, names.role_name), {}),
    run('keystone_grant', grantKey(user, { kind: 'system' }, names.role_name), {}),
    run('keystone_service', names.service_name, service),
    run('keystone_service', 'type identity', service),
    run('keystone_region', names.region_id, { id: names.region_id }),
    ...facesOf(names).map(([face, url]) =>
      run('keystone_endpoint', `identity ${names.region_id} ${face}`, { interface: face, url, region_id: names.region_id, enabled: true }),
    ),
  ]
}

/** What a bootstrap was asked to make: the same again is nothing to do. */
export function bootstrapKey(names: BootstrapNames): string {
  return JSON.stringify([names.username, names.project_name, names.role_name, names.service_name, names.region_id, facesOf(names)])
}

export function facesOf(names: BootstrapNames): readonly (readonly [string, string])[] {
  const faces = [
    ['public', names.public_url],
    ['internal', names.internal_url],
    ['admin', names.admin_url],
  ] as const
  return faces.flatMap(([face, url]) => (url === undefined ? [] : [[face, url] as const]))
}
