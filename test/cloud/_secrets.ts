import { createHmac } from 'node:crypto'
import { quote } from '../../runner/base/quote.ts'

/** A secret of the roles: what reads it, and how to try whether a value of it is the one in force. */
export interface RotatedSecret {
  readonly name: string
  readonly tags: string
  /** A script for the controller that ends with 0 where the value is let in, and with 9 where it is refused. */
  readonly probe: (value: string) => string
}

const database = (name: string, tags: string, user: string, schema = user): RotatedSecret => ({
  name,
  tags,
  probe: (value) =>
    `MYSQL_PWD=${quote(value)} mysql --protocol=tcp -h 127.0.0.1 -u ${user} -e 'SELECT 1' ${schema} 2>&1 | { read -r said; case $said in 1) exit 0;; *'Access denied'*) exit 9;; *) echo "$said"; exit 1;; esac; }`,
})

const account = (name: string, tags: string, user: string, project = 'services'): RotatedSecret => ({
  name,
  tags,
  probe: (value) => {
    const domain = { id: 'default' }
    const password = { user: { name: user, domain, password: value } }
    const auth = { identity: { methods: ['password'], password }, scope: { project: { name: project, domain } } }
    return answers(`-H 'Content-Type: application/json' -d ${quote(JSON.stringify({ auth }))} http://controller:5000/v3/auth/tokens`, {
      good: '201',
      bad: '401',
    })
  },
})

/** An instance that nobody knows is looked for where the signature is right, and refused where it is not. */
const METADATA: RotatedSecret = {
  name: 'network_metadata_secret',
  tags: 'nova,network',
  probe: (value) => {
    const id = '11111111-2222-3333-4444-555555555555'
    const signature = createHmac('sha256', value).update(id).digest('hex')
    const headers = [`X-Instance-ID: ${id}`, 'X-Tenant-ID: t', 'X-Forwarded-For: 192.168.100.99', `X-Instance-ID-Signature: ${signature}`]
    return answers(`${headers.map((header) => `-H ${quote(header)}`).join(' ')} http://controller:8775/2009-04-04/meta-data/`, {
      good: '404',
      bad: '403',
    })
  },
}

const QUEUE: RotatedSecret = {
  name: 'rabbitmq_password',
  tags: 'rabbitmq,cinder,nova,network',
  // On standard input: Debian's rabbitmqctl gives its arguments to a shell, for which a dollar has a meaning.
  probe: (value) =>
    `said=$(printf '%s\\n' ${quote(value)} | rabbitmqctl authenticate_user openstack 2>&1); case $said in *Success*) exit 0;; *'invalid credentials'*) exit 9;; *) echo "$said"; exit 1;; esac`,
}

function answers(request: string, status: { readonly good: string; readonly bad: string }): string {
  return `said=$(curl -s -m 60 -o /dev/null -w '%{http_code}' ${request}); case $said in ${status.good}) exit 0;; ${status.bad}) exit 9;; *) echo "answered $said"; exit 1;; esac`
}

/** Every secret of the roles but the one that cannot be changed. */
export const ROTATED: readonly RotatedSecret[] = [
  account('keystone_joe_password', 'keystone', 'joe', 'trial'),
  account('keystone_admin_password', 'keystone', 'admin', 'admin'),
  database('keystone_db_password', 'keystone', 'keystone'),
  account('swift_password', 'swift', 'swift'),
  account('glance_password', 'glance', 'glance'),
  database('glance_db_password', 'glance', 'glance'),
  account('cinder_password', 'cinder', 'cinder'),
  database('cinder_db_password', 'cinder', 'cinder'),
  account('placement_password', 'nova', 'placement'),
  database('placement_db_password', 'nova', 'placement'),
  account('nova_password', 'nova,network', 'nova'),
  database('nova_db_password', 'nova', 'nova', 'nova_api'),
  account('network_password', 'network', 'neutron'),
  database('network_db_password', 'network', 'neutron'),
  METADATA,
  QUEUE,
]

/** Objects are found by its hash. */
export const FIXED = 'swift_hash_path_suffix'
