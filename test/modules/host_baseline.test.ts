import { mkdtemp, rm } from 'node:fs/promises'
import test from 'ava'
import { INVENTORY_SCRIPT, inventoryOf } from '../../modules/_baseline.ts'
import { withLocalMachine } from '../_harness/local.ts'

test('the private folder of a service that runs is no entry, another folder beside it is one', async (t) => {
  const [service, own] = [await mkdtemp('/var/tmp/systemd-private-'), await mkdtemp('/var/tmp/stackrun-entry-')]
  try {
    const parse = ({ text }: { readonly text: string }) => inventoryOf(text).entries ?? []
    const entries = await withLocalMachine('dash', ({ host }) => host.probe({ kind: 'b', key: 'b', script: INVENTORY_SCRIPT, parse }))
    t.true(entries.includes(own))
    t.false(entries.includes(service))
  } finally {
    await Promise.all([service, own].map((folder) => rm(folder, { recursive: true })))
  }
})
