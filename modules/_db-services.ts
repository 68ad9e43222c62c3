import type { DatabaseAddress } from './_db-half-made.ts'

/** How a service's schema is checked and brought up to date. Commands run as the service's user. */
export interface DatabaseService {
  readonly user: string
  readonly sync: readonly string[]
  readonly check: SchemaCheck
  /** Of the services that are known. */
  readonly database?: DatabaseAddress | undefined
  /** Folder of its migrations, below one that Python's packages are in. */
  readonly migrations?: string | undefined
}

/**
 * `exit`: 0 means up to date. `head`: every line of the output that is a revision carries `(head)`. `alembic`: the revision that
 * the service reports is the head of its migrations.
 */
export type SchemaCheck =
  | { readonly by: 'exit'; readonly argv: readonly string[] }
  | { readonly by: 'head'; readonly argv: readonly string[] }
  | { readonly by: 'alembic'; readonly argv: readonly string[] }

export const DATABASE_SERVICES: Readonly<Record<string, DatabaseService>> = {
  keystone: {
    user: 'keystone',
    database: { config: '/etc/keystone/keystone.conf', section: 'database' },
    sync: ['keystone-manage', 'db_sync'],
    check: { by: 'exit', argv: ['keystone-manage', 'db_sync', '--check'] },
    migrations: 'keystone/common/sql/migrations',
  },
  glance: {
    user: 'glance',
    database: { config: '/etc/glance/glance-api.conf', section: 'database' },
    sync: ['glance-manage', 'db_sync'],
    check: { by: 'exit', argv: ['glance-manage', 'db', 'check'] },
    migrations: 'glance/db/sqlalchemy/alembic_migrations',
  },
  placement: {
    user: 'placement',
    database: { config: '/etc/placement/placement.conf', section: 'placement_database' },
    sync: ['placement-manage', 'db', 'sync'],
    check: { by: 'alembic', argv: ['placement-manage', 'db', 'version'] },
    migrations: 'placement/db/sqlalchemy/alembic',
  },
  nova_api: {
    user: 'nova',
    database: { config: '/etc/nova/nova.conf', section: 'api_database' },
    sync: ['nova-manage', 'api_db', 'sync'],
    check: { by: 'alembic', argv: ['nova-manage', 'api_db', 'version'] },
    migrations: 'nova/db/api/migrations',
  },
  nova: {
    user: 'nova',
    database: { config: '/etc/nova/nova.conf', section: 'database', also: ['_cell0'] },
    sync: ['nova-manage', 'db', 'sync'],
    check: { by: 'alembic', argv: ['nova-manage', 'db', 'version'] },
    migrations: 'nova/db/main/migrations',
  },
  neutron: {
    user: 'neutron',
    database: { config: '/etc/neutron/neutron.conf', section: 'database' },
    sync: ['neutron-db-manage', 'upgrade', 'heads'],
    check: { by: 'head', argv: ['neutron-db-manage', 'current'] },
    migrations: 'neutron/db/migration/alembic_migrations',
  },
  cinder: {
    user: 'cinder',
    database: { config: '/etc/cinder/cinder.conf', section: 'database' },
    sync: ['cinder-manage', 'db', 'sync'],
    check: { by: 'alembic', argv: ['cinder-manage', 'db', 'version'] },
    migrations: 'cinder/db/migrations',
  },
}

/** Prints the head of an Alembic folder below Python's packages, without importing the service. */
export const ALEMBIC_HEAD = `import os, sys
from alembic.script import ScriptDirectory
for root in sys.path:
    path = os.path.join(root, sys.argv[1])
    if os.path.isdir(path):
        print(' '.join(ScriptDirectory(path).get_heads()))
        break
else:
    sys.exit('no folder ' + sys.argv[1])
`

/** Whether what a program printed tells that all migrations were made. */
export function schemaIsCurrent(check: SchemaCheck, answer: { readonly rc: number; readonly stdout: string }, head: string): boolean {
  if (answer.rc !== 0) return false
  if (check.by === 'exit') return true
  const revisions = answer.stdout.split('\n').filter((line) => /^[0-9A-Za-z_]{8,}( \(.*\))?$/.test(line.trim()))
  if (check.by === 'head') return revisions.length > 0 && revisions.every((line) => line.includes('(head)'))
  return head.trim() !== '' && answer.stdout.trim().split(/\s+/).includes(head.trim())
}
