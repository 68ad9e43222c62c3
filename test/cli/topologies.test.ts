import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { z } from 'zod'
import { main } from '../../runner/cli/main.ts'
import { testIo } from './_io.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const EXAMPLES = join(ROOT, 'examples/topologies')
const LAB_VARS = 'group_vars/all/lab.yml'

const LISTED = z.looseObject({
  _meta: z.looseObject({ hostvars: z.record(z.string(), z.looseObject({ stackrun_lab: z.boolean(), ansible_host: z.string() })) }),
  openstack: z.looseObject({ children: z.array(z.string()) }),
})

const files = readdirSync(EXAMPLES).filter((name) => name.endsWith('.yml'))

test('there are examples', (t) => {
  t.true(files.length >= 2)
})

for (const file of files) {
  test(`${file} is a whole inventory of the lab`, async (t) => {
    const io = testIo({ cwd: ROOT })
    t.is(await main(['inventory', '-i', join(EXAMPLES, file), '--list'], io), 0, io.err())
    const listed = LISTED.parse(JSON.parse(io.out()))
    for (const group of ['controller', 'compute', 'storage']) t.true(listed.openstack.children.includes(group), group)
    const addresses = Object.values(listed._meta.hostvars).map((host) => host.ansible_host)
    t.is(new Set(addresses).size, addresses.length)
  })
}

test('their hosts are reached as those of the default inventory', (t) => {
  t.is(readFileSync(join(EXAMPLES, LAB_VARS), 'utf8'), readFileSync(join(ROOT, 'inventory', LAB_VARS), 'utf8'))
})
