import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { parseListing } from '../../modules/_swift-ring.ts'
import swiftRing from '../../modules/swift_ring.ts'
import { runModule, runTwice } from '../_harness/module.ts'

const here = spawnSync('sh', ['-c', 'command -v swift-ring-builder']).status === 0
const folder = mkdtempSync(join(tmpdir(), 'ring-'))
test.after.always(() => rmSync(folder, { recursive: true }))

const LISTING = `o.builder, build version 3, id 096213c554d8471ab6700b78b6220b98
16 partitions, 2.000000 replicas, 1 regions, 2 zones, 2 devices, 0.00 balance, 0.00 dispersion
The minimum number of hours before a partition can be reassigned is 1 (0:59:59 remaining)
The overload factor is 0.00% (0.000000)
Ring file o.ring.gz is obsolete
Devices:   id region zone ip address:port replication ip:port  name weight partitions balance flags meta
            0      1    1  127.0.0.1:6200      127.0.0.1:6200  z1d0  50.00         16    0.00       
            3      1    2      [::1]:6201          [::1]:6201  z2d0 100.00          0 -100.00       
            4      1    3  127.0.0.1:6202      127.0.0.1:6202  z3d0   0.00          0    0.00   DEL 
`

test('a builder’s listing is read', (t) => {
  t.deepEqual(parseListing(LISTING), {
    exists: true,
    partitions: 16,
    replicas: 2,
    minPartHours: 1,
    file: 'obsolete',
    resting: true,
    devices: [
      { id: 0, region: 1, zone: 1, ip: '127.0.0.1', port: 6200, device: 'z1d0', weight: 50, partitions: 16 },
      { id: 3, region: 1, zone: 2, ip: '::1', port: 6201, device: 'z2d0', weight: 100, partitions: 0 },
    ],
  })
  t.is(parseListing('Traceback'), undefined)
})

const device = (zone: number, weight = 100) => ({ region: 1, zone, ip: '127.0.0.1', port: 6200, device: `z${String(zone)}d0`, weight })
const onHost = here ? test.serial : test.serial.skip

onHost('a ring is made, kept, extended and reduced', async (t) => {
  const path = join(folder, 'object.builder')
  const task = { path, part_power: 4, replicas: 1, min_part_hours: 0, devices: [device(1), device(2)] }
  t.is((await runModule(swiftRing, task, { check: true })).status, 'changed')
  const { first, second } = await runTwice(swiftRing, task)
  t.deepEqual([first.status, second.status], ['changed', 'ok'])
  t.true(existsSync(join(folder, 'object.ring.gz')))
  t.like(first.data, { rebalanced: true, devices: 2 })
  t.is(second.roundTrips, 1)
  const next = await runTwice(swiftRing, { ...task, devices: [device(2, 50), device(3)] })
  t.deepEqual([next.first.status, next.second.status], ['changed', 'ok'])
  t.deepEqual(
    next.first.changes.map((change) => change.what.replace(` ${path}`, '')),
    [
      'remove device r1z1-127.0.0.1:6200/z1d0 from',
      'set the weight of r1z2-127.0.0.1:6200/z2d0 to 50 in',
      'add device r1z3-127.0.0.1:6200/z3d0 to',
      'rebalance',
    ],
  )
  t.is((await runModule(swiftRing, { ...task, part_power: 5 })).status, 'failed')
})

onHost('a weight that changes too soon after a rebalance settles all the same', async (t) => {
  const path = join(folder, 'soon.builder')
  const task = { path, part_power: 4, replicas: 1, min_part_hours: 1, devices: [device(1)] }
  await runModule(swiftRing, task)
  const { first, second } = await runTwice(swiftRing, { ...task, devices: [device(1, 50)] })
  t.deepEqual([first.status, second.status], ['changed', 'ok'])
})

onHost('a device that is listed twice is refused', async (t) => {
  const run = await runModule(swiftRing, { path: join(folder, 'twice.builder'), part_power: 4, devices: [device(1), device(1, 5)] })
  t.is(run.failure, 'device r1z1-127.0.0.1:6200/z1d0 is listed twice')
})
