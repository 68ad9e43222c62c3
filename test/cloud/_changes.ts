/** A variable with another value, the tags of what reads it, and the services that must start anew for it: those and no others. */
export interface Change {
  readonly vars: Readonly<Record<string, unknown>>
  readonly tags: string
  readonly restarts: readonly string[]
}

const on = (host: string, ...units: readonly string[]): readonly string[] => units.map((unit) => `${host} ${unit}`)

const SWIFT = {
  account: on('controller', 'swift-account', 'swift-account-auditor', 'swift-account-reaper', 'swift-account-replicator'),
  container: on(
    'controller',
    'swift-container',
    'swift-container-auditor',
    'swift-container-replicator',
    'swift-container-sync',
    'swift-container-updater',
  ),
  object: on('controller', 'swift-object', 'swift-object-auditor', 'swift-object-replicator', 'swift-object-updater'),
} as const

const NOVA = on('controller', 'nova-api', 'nova-api-metadata', 'nova-conductor', 'nova-novncproxy', 'nova-scheduler')
const SERVER = on('controller', 'neutron-api', 'neutron-rpc-server')
const AGENTS = [
  ...on('controller', 'neutron-dhcp-agent', 'neutron-linuxbridge-agent', 'neutron-metadata-agent'),
  ...on('compute', 'neutron-linuxbridge-agent'),
]

export const CHANGES: readonly Change[] = [
  { vars: { mysql_max_connections: 900 }, tags: 'mysql', restarts: on('controller', 'mariadb') },
  { vars: { rabbitmq_settings: { heartbeat: 50 } }, tags: 'rabbitmq', restarts: on('controller', 'rabbitmq-server') },
  { vars: { memcached_megabytes: 65 }, tags: 'memcached', restarts: on('controller', 'memcached') },
  { vars: { keystone_token_expiration: 3601 }, tags: 'keystone', restarts: on('controller', 'keystone') },
  { vars: { swift_proxy_settings: { DEFAULT: { max_clients: 512 } } }, tags: 'swift', restarts: on('controller', 'swift-proxy') },
  { vars: { swift_account_settings: { DEFAULT: { backlog: 2048 } } }, tags: 'swift', restarts: SWIFT.account },
  { vars: { swift_container_settings: { DEFAULT: { backlog: 2048 } } }, tags: 'swift', restarts: SWIFT.container },
  { vars: { swift_object_settings: { DEFAULT: { backlog: 2048 } } }, tags: 'swift', restarts: SWIFT.object },
  { vars: { swift_expirer_interval: 301 }, tags: 'swift', restarts: on('controller', 'swift-object-expirer') },
  { vars: { swift_rsync_connections: 9 }, tags: 'swift', restarts: on('controller', 'rsync') },
  { vars: { glance_settings: { DEFAULT: { backlog: 2048 } } }, tags: 'glance', restarts: on('controller', 'glance-api') },
  {
    vars: { cinder_quota_volumes: 11 },
    tags: 'cinder',
    restarts: on('controller', 'cinder-api', 'cinder-scheduler', 'cinder-volume'),
  },
  { vars: { cinder_nfs_options: 'nolock' }, tags: 'cinder', restarts: on('controller', 'cinder-volume') },
  { vars: { cinder_threads: 3 }, tags: 'cinder', restarts: on('controller', 'cinder-api') },
  { vars: { placement_threads: 3 }, tags: 'nova', restarts: on('controller', 'placement-api') },
  {
    vars: { nova_settings: { DEFAULT: { rpc_response_timeout: 61 } } },
    tags: 'nova',
    restarts: [...NOVA, ...on('compute', 'nova-compute')],
  },
  { vars: { nova_conductor_workers: 2 }, tags: 'nova', restarts: on('controller', 'nova-conductor') },
  { vars: { nova_scheduler_workers: 2 }, tags: 'nova', restarts: on('controller', 'nova-scheduler') },
  { vars: { nova_processes: 3 }, tags: 'nova', restarts: on('controller', 'nova-api') },
  { vars: { nova_metadata_processes: 2 }, tags: 'nova', restarts: on('controller', 'nova-api-metadata') },
  { vars: { nova_vif_plugging_timeout: 301 }, tags: 'nova', restarts: on('compute', 'nova-compute') },
  { vars: { network_settings: { DEFAULT: { rpc_response_timeout: 61 } } }, tags: 'network', restarts: [...SERVER, ...AGENTS] },
  { vars: { network_rpc_workers: 2 }, tags: 'network', restarts: SERVER },
  { vars: { network_processes: 3 }, tags: 'network', restarts: on('controller', 'neutron-api') },
  {
    vars: { network_dhcp_settings: { DEFAULT: { resync_interval: 6 } } },
    tags: 'network',
    restarts: on('controller', 'neutron-dhcp-agent'),
  },
  { vars: { network_metadata_workers: 2 }, tags: 'network', restarts: on('controller', 'neutron-metadata-agent') },
  {
    vars: { network_linuxbridge_settings: { AGENT: { polling_interval: 3 } } },
    tags: 'network',
    restarts: [...on('controller', 'neutron-linuxbridge-agent'), ...on('compute', 'neutron-linuxbridge-agent')],
  },
]
