import { createServer as createHttpServer } from 'node:http'
import { createServer, type Server } from 'node:net'
import { totalmem } from 'node:os'
import test from 'ava'
import { availabilityOf, type FeatureName } from '../../modules/_capability-features.ts'
import { listenersOf } from '../../modules/_capability-ports.ts'
import { Sections } from '../../modules/_capability-sections.ts'
import { disksOf, mirrorOf, namesOf } from '../../modules/_capability-state.ts'
import hostCapabilities from '../../modules/host_capabilities.ts'
import { runModule } from '../_harness/module.ts'

for (const shell of ['dash', 'bash', 'busybox sh'] as const) {
  test(`${shell}: this machine tells what it can do, in one round trip`, async (t) => {
    const server = createServer()
    const port = await listening(server)
    t.teardown(() => server.close())
    const args = { ports: [port, 1], names: ['localhost', 'no-such-name.invalid'], paths: ['/', '/no/such'] }
    const { status, data, roundTrips } = await runModule(hostCapabilities, args, { shell, now: Date.now() })
    t.is(status, 'ok')
    t.is(roundTrips, 1)
    t.true(Math.abs(Number(data['memory_mb']) - totalmem() / 2 ** 20) < 16)
    t.true(Math.abs(Number(data['clock_offset'])) < 30)
    const ports = Object.entries(data['ports'] ?? {})
    t.is(ports.length, 1)
    t.is(ports[0]?.[0], String(port))
    t.like(data['names'], { 'no-such-name.invalid': [] })
    t.regex(JSON.stringify(data['names']), /127\.0\.0\.1|::1/)
    t.deepEqual(Object.keys(data['disks'] ?? {}), ['/', '/no/such'])
  })
}

const MIRRORS = [
  { what: 'that fails twice is reachable at the third try', failures: 2, asked: 3, reachable: true },
  { what: 'that goes on failing is not reachable', failures: Infinity, asked: 3, reachable: false },
] as const

for (const { what, failures, asked, reachable } of MIRRORS) {
  test(`a mirror ${what}`, async (t) => {
    let requests = 0
    const server = createHttpServer((_request, response) => {
      requests += 1
      response.writeHead(requests > failures ? 200 : 503, requests > failures ? 'OK' : 'Error with cache data').end('Origin: Debian\n')
    })
    const port = await listening(server)
    t.teardown(() => server.close())
    const url = `http://127.0.0.1:${String(port)}/InRelease`
    const { status, data } = await runModule(hostCapabilities, { mirror: url }, { shell: 'dash', now: Date.now() })
    t.is(status, 'ok')
    t.like(data['mirror'], { url, reachable })
    t.is(requests, asked)
  })
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

interface KernelMarks {
  readonly options?: string
  readonly words?: string
  readonly loaded?: string
  readonly loadable?: string
  readonly nodes?: string
  readonly container?: string
}

function features(marks: KernelMarks): (name: FeatureName) => string {
  const text = Object.entries({ kernel: '6.1.0', ...marks })
    .map(([name, value]) => `\x01${name}\n${value}\n`)
    .join('')
  return (name) => {
    const { available, why } = availabilityOf(name, new Sections(text))
    return `${available ? 'yes' : 'no'}: ${why}`
  }
}

test('a module that can be loaded brings its device node', (t) => {
  t.is(features({ loadable: 'dm_mod\n' })('device_mapper'), 'yes: the module dm_mod can be loaded')
  t.is(features({ options: 'CONFIG_BLK_DEV_DM=m\n' })('device_mapper'), 'no: the kernel 6.1.0 has no device-mapper')
})

test('what is built in or loaded needs its device node', (t) => {
  t.is(features({ loaded: 'dm_mod', nodes: '/dev/mapper/control' })('device_mapper'), 'yes: the kernel 6.1.0 has device-mapper')
  t.is(features({ words: '253 device-mapper' })('device_mapper'), 'no: /dev/mapper/control is not there')
  t.is(features({ options: 'CONFIG_BRIDGE=y' })('bridge'), 'yes: the kernel 6.1.0 has bridge')
  t.is(features({ words: 'nodev\tnfsd\nnodev\tnfs4' })('nfs'), 'no: the kernel 6.1.0 has no nfs')
  t.is(features({ words: 'nodev\tnfs' })('nfs'), 'yes: the kernel 6.1.0 has nfs')
})

test('a container can neither load a module nor make a node', (t) => {
  const inside = { container: 'lxc', loadable: 'nfs\ndm_mod', words: '10 kvm' }
  t.is(features(inside)('nfs'), 'no: the kernel 6.1.0 has no nfs: its module nfs is not loaded, and a container (lxc) cannot load it')
  t.is(features(inside)('kvm'), 'no: /dev/kvm is not there, as this is a container (lxc)')
})

test('who listens is told by the first process that has the socket', (t) => {
  const text = '\x01listeners\nport 1388 77\nport 0CEA 78\nport 0CEA 79\nowner 77 keystone.service uwsgi core\nowner 79  nc\n'
  t.deepEqual(
    [...listenersOf(new Sections(text))],
    [
      [5000, { unit: 'keystone.service', program: 'uwsgi core' }],
      [3306, { unit: '', program: 'nc' }],
    ],
  )
})

test('disks, names and the mirror are read from what df, getent and apt print', (t) => {
  const answers = new Sections(
    [
      '\x01disks',
      '/var\t/dev/vda1   257019904 170000000  66313000      73% /',
      '\x01names',
      'controller\t10.0.0.11 ',
      'nobody\t',
      '\x01mirror',
      'http://mirror/debian/dists/bookworm/InRelease',
      'Err:1 http://mirror/debian/dists/bookworm/InRelease',
      '  Could not connect to mirror:80',
      'E: Download Failed',
      'rc=100',
    ].join('\n'),
  )
  t.deepEqual(disksOf(answers), { '/var': { free_mb: 64758, total_mb: 250996 } })
  t.deepEqual(namesOf(answers), { controller: ['10.0.0.11'], nobody: [] })
  t.like(mirrorOf(answers), { reachable: false })
  t.regex(mirrorOf(answers)?.message ?? '', /Could not connect/)
})
