import test from 'ava'
import server from '../../modules/nova_server.ts'
import { Secret } from '../../runner/base/value.ts'
import { UnknownState } from '../../runner/host/probe.ts'
import type { Action } from '../../runner/module/change.ts'
import { Failure } from '../../runner/module/change.ts'
import { fixtureHost } from '../_harness/fixture-host.ts'
import { moduleContext, parseArgs, planWith } from '../_harness/module.ts'

const TYPES = { compute: 'http://c:8774/v2.1', network: 'http://c:9696', image: 'http://c:9292', volumev3: 'http://c:8776/v3/p1' }
const catalog = Object.entries(TYPES).map(([type, url]) => ({ type, endpoints: [{ interface: 'public', url, region: 'R' }] }))

function json(body: unknown) {
  return { status: 200, body: JSON.stringify(body) }
}

const HTTP = {
  'POST http://c:5000/v3/auth/tokens': {
    ...json({ token: { catalog, project: { id: 'p1' } } }),
    status: 201,
    headers: { 'x-subject-token': 'tok' },
  },
  'GET http://c:8774/v2.1/servers/detail?name=%5Evm1%24': json({ servers: [] }),
  'GET http://c:8774/v2.1/flavors/detail?is_public=None': json({ flavors: [{ id: '1', name: 'tiny' }] }),
  'GET http://c:9292/v2/images?name=cirros': json({ images: [{ id: 'i1', name: 'cirros' }] }),
  'GET http://c:9696/v2.0/networks?name=lan': json({ networks: [{ id: 'n1', name: 'lan' }] }),
  'GET http://c:9696/v2.0/ports?name=p': json({ ports: [{ id: 'p9', name: 'p' }] }),
  'GET http://c:8776/v3/p1/volumes?name=data': json({ volumes: [{ id: 'v1', name: 'data' }] }),
}

const AUTH = { auth: { auth_url: 'http://c:5000', username: 'joe', password: 'pw', project_name: 'trial' } }

async function actionsFor(args: Readonly<Record<string, unknown>>): Promise<readonly Action[]> {
  const asked = { args: parseArgs(server, { ...AUTH, name: 'vm1', flavor: 'tiny', ...args }), context: moduleContext() }
  const planned = await planWith(fixtureHost({ http: HTTP }), server, asked)
  if (planned instanceof Failure || planned instanceof UnknownState) throw new Error(planned.message)
  return planned.changes.flatMap(({ actions }) => actions)
}

async function bodyFor(args: Readonly<Record<string, unknown>>): Promise<unknown> {
  const [first] = await actionsFor(args)
  return first?.do === 'http' ? first.request.json : undefined
}

test('a server is ordered by ids, and awaited', async (t) => {
  const args = {
    image: 'cirros',
    network: 'lan',
    key_name: 'joe',
    security_groups: 'default,web',
    meta: 'a=1,b=x=y',
    scheduler_hints: { group: 'g' },
  }
  const [create, wait] = await actionsFor(args)
  t.deepEqual(create?.do === 'http' ? create.request.json : undefined, {
    server: {
      name: 'vm1',
      flavorRef: '1',
      imageRef: 'i1',
      networks: [{ uuid: 'n1' }],
      key_name: 'joe',
      security_groups: [{ name: 'default' }, { name: 'web' }],
      metadata: { a: '1', b: 'x=y' },
    },
    'os:scheduler_hints': { group: 'g' },
  })
  t.is(wait?.do, 'http-poll')
  t.is((await actionsFor({ ...args, wait: false })).length, 1)
})

test('interfaces are networks and ports, by name or id', async (t) => {
  const body = await bodyFor({
    image: 'cirros',
    nics: ['net-name=lan', { 'net-id': 'n2', fixed_ip: '10.0.0.9', tag: 'x' }, { 'port-name': 'p' }, { 'port-id': 'p2' }],
  })
  t.like(body, { server: { networks: [{ uuid: 'n1' }, { uuid: 'n2', tag: 'x', fixed_ip: '10.0.0.9' }, { port: 'p9' }, { port: 'p2' }] } })
  t.like(await bodyFor({ image: 'cirros' }), { server: { networks: 'auto' } })
})

const VOLUME = { source_type: 'volume', destination_type: 'volume', uuid: 'v1' }

test('disks are an image, a volume, a volume made of an image, and more', async (t) => {
  t.like(await bodyFor({ boot_volume: 'data', terminate_volume: true }), {
    server: { imageRef: undefined, block_device_mapping_v2: [{ ...VOLUME, boot_index: 0, delete_on_termination: true }] },
  })
  t.like(await bodyFor({ image: 'cirros', boot_from_volume: true, volume_size: 5 }), {
    server: {
      imageRef: undefined,
      block_device_mapping_v2: [
        { source_type: 'image', destination_type: 'volume', uuid: 'i1', volume_size: 5, boot_index: 0, delete_on_termination: false },
      ],
    },
  })
  t.like(await bodyFor({ image: 'cirros', volumes: 'data' }), {
    server: {
      imageRef: 'i1',
      block_device_mapping_v2: [
        { source_type: 'image', destination_type: 'local', uuid: 'i1', boot_index: 0 },
        { ...VOLUME, boot_index: -1, delete_on_termination: false },
      ],
    },
  })
})

test('user data is sent in base64, and a secret stays one', async (t) => {
  t.like(await bodyFor({ image: 'cirros', user_data: '#!/bin/sh\n' }), { server: { user_data: 'IyEvYmluL3NoCg==' } })
  const body = await bodyFor({ image: 'cirros', user_data: new Secret('pw') })
  t.regex(JSON.stringify(body), /"user_data":"\*\*\*"/)
})
