import { type Change, defineModule, Failure, type Outcome, ref, z } from '../runner/module/index.ts'
import { findServer, openNova, serverKeys } from './_nova.ts'
import type { Api } from './_openstack.ts'
import { serviceAliases } from './_openstack-auth.ts'
import { ABSENT, type Found } from './_openstack-believed.ts'
import { fieldDiff } from './_openstack-fields.ts'
import { readFrom, send } from './_openstack-request.ts'
import { effectsOf, removal, resultOf } from './_openstack-resource.ts'
import { awaiting } from './_openstack-wait.ts'
import { type ServerArguments, serverArguments } from './_server-args.ts'
import { fieldChanges } from './_server-change.ts'
import { type Order, orderOf, serverFields } from './_server-order.ts'
import { powerChange, powerChanges, untilStatus } from './_server-power.ts'

interface ServerState {
  readonly api: Api
  readonly server: Found
  /** What a missing server is to be made of. */
  readonly order: Order | undefined
}

export default defineModule<ServerArguments, ServerState>({
  name: 'nova_server',
  summary: 'Make servers of OpenStack Compute, start, stop and remove them.',
  description: [
    'Image, flavor, networks, key pair, user data and disks are those of a new server: one that is there keeps its own.',
    'Description, metadata and security groups are brought in line.',
    "A server that ends in status ERROR fails the task with Nova's own reason.",
  ].join(' '),
  fqcn: ['openstack.cloud.server', 'openstack.cloud.os_server', 'os_server'],
  args: serverArguments,
  aliases: {
    ...serviceAliases,
    root_volume: 'boot_volume',
    user_data: 'userdata',
    auto_floating_ip: 'auto_ip',
    public_ip: 'auto_ip',
    metadata: 'meta',
    networks: 'nics',
  },
  returns: z.object({
    server: z.record(z.string(), z.unknown()).optional().describe('As the API has it: status, addresses, flavor, metadata …'),
    id: z.string().optional(),
    ips: z.array(z.string()).optional().describe('All its addresses.'),
  }),
  examples: [
    {
      name: 'A first instance',
      yaml: 'nova_server:\n  name: vm1\n  image: cirros\n  flavor: m1.tiny\n  network: lan\n  key_name: joe\n  auth: {auth_url: "http://controller:5000/v3", username: joe, password: "{{ keystone_joe_password }}", project_name: trial}\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    return readFrom(openNova(host, args, context), async (api) => {
      const server = await findServer(api, args.name)
      const order = server.exists || args.state === 'absent' ? undefined : await orderOf({ host, nova: api, args, context })
      return { api, server, order }
    })
  },
  plan({ api, server, order }, args): readonly Change[] | Failure {
    const keys = serverKeys(api, args.name)
    if (!server.exists) return order === undefined ? [] : creationOf(api, args, order)
    if (args.state === 'absent') return [removalOf(api, server.id ?? '', args)]
    const power = powerChanges(api, server, args, keys)
    return power instanceof Failure ? power : [...power, ...fieldChanges(api, server, args, keys)]
  },
  result: ({ server }, args, outcomes) => (args.state === 'absent' ? {} : serverResult(server, outcomes)),
})

function creationOf(api: Api, args: ServerArguments, order: Order): readonly Change[] {
  const what = `create server ${args.name}`
  const keys = serverKeys(api, args.name)
  const hints = args.scheduler_hints === undefined ? {} : { 'os:scheduler_hints': args.scheduler_hints }
  const json = { server: serverFields(args, order), ...hints }
  const action = send(api, { id: 'server', method: 'POST', path: ['/servers'], json, purpose: what })
  const id = ref('server', ['server', 'id'])
  const groups = (args.security_groups ?? ['default']).map((name) => ({ name }))
  const data = {
    name: args.name,
    status: 'ACTIVE',
    metadata: args.meta ?? {},
    description: args.description ?? '',
    security_groups: groups,
  }
  const ready = args.wait || args.state === 'stopped' ? [untilStatus(api, id, args, ['ACTIVE'])] : []
  const made: Change = {
    what,
    actions: [action, ...ready],
    effects: effectsOf({ kind: 'nova_server', keys }, { exists: true, data }),
    diff: fieldDiff(`server ${args.name}`, {}, shown(args)),
  }
  return args.state === 'stopped' ? [made, ...powerChange(api, { id, status: 'ACTIVE', wanted: 'SHUTOFF', keys, data }, args)] : [made]
}

/** What a person wants to see of a new server, by the names that they gave. */
function shown({ image, flavor, network, nics, key_name, security_groups, boot_volume, volume_size }: ServerArguments) {
  return { image, flavor, network, nics, key_name, security_groups, boot_volume, volume_size }
}

function removalOf(api: Api, id: string, args: ServerArguments): Change {
  const keys = serverKeys(api, args.name)
  const change = removal(api, { kind: 'nova_server', keys, label: `server ${args.name}`, path: '/servers' }, id)
  const purpose = `wait for server ${args.name} to be gone`
  const gone = awaiting(api, { path: ['/servers/', id], until: 'gone', timeout: args.timeout, purpose })
  return {
    ...change,
    actions: args.wait ? [...change.actions, gone] : change.actions,
    effects: effectsOf({ kind: 'nova_server', keys }, ABSENT, id),
  }
}

const addresses = z.looseObject({
  server: z.looseObject({ addresses: z.record(z.string(), z.array(z.looseObject({ addr: z.string() }))) }),
})

function serverResult(server: Found, outcomes: readonly Outcome[]): Readonly<Record<string, unknown>> {
  const result = resultOf(server, 'server', outcomes, { access_ipv4: 'accessIPv4', access_ipv6: 'accessIPv6', created_at: 'created' })
  const read = addresses.safeParse(result)
  return read.success
    ? { ...result, ips: Object.values(read.data.server.addresses).flatMap((list) => list.map(({ addr }) => addr)) }
    : result
}
