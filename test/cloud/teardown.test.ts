import { fileURLToPath } from 'node:url'
import type { ExecutionContext } from 'ava'
import { cloudTests, type Finished, recap } from '../_harness/cloud.ts'
import { unexplained } from './_leftovers.ts'
import { differencesOf, type Snapshot, snapshotOf } from './_snapshot.ts'

const { serial, lab } = await cloudTests('teardown and backup', '10.83.3')

const HOSTS = ['controller', 'compute']
const THINGS = fileURLToPath(new URL('_files/things.yml', import.meta.url))
const CONFIRMED = ['-e', 'teardown_confirm=yes']
/** What nothing but a deployment or a teardown changes. */
const STEADY = ['dpkg', 'manual', 'losetup', 'mount', 'link', 'netns', 'users', 'groups', 'etc', 'enabled']

let empty: readonly Snapshot[] = []
let deployed: readonly Snapshot[] = []

serial('hosts without anything become a cloud with an instance', async (t) => {
  await ends(t, 0, ['lab', 'up', '-i', lab().inventory])
  empty = await snapshots()
  await plays(t, 0, 'playbooks/site.yml')
  await plays(t, 0, 'playbooks/instance.yml', '-e', 'instance_keep=true')
  deployed = await snapshots()
})

serial('a backup brings back databases that were dropped and rings that were deleted', async (t) => {
  t.is(recap((await plays(t, 0, THINGS)).output, 'controller').changed, 3)
  await plays(t, 0, 'playbooks/backup.yml')
  await on(t, 'controller', DESTROY)
  await plays(t, 2, THINGS, '--check')
  await plays(t, 0, 'playbooks/restore.yml', '-e', 'restore_confirm=yes')
  t.is(recap((await plays(t, 0, THINGS, '--check')).output, 'controller').changed, 0)
})

// A database is dropped only once nobody works in it.
const DESTROY = [
  'set -e',
  'systemctl stop "keystone*" "nova*" "neutron*" "glance*" "placement*" "cinder*"',
  'mysql --batch --skip-column-names --execute "SHOW DATABASES" | grep -vE "^(mysql|sys|information_schema|performance_schema)$" |',
  'while read -r name; do mysql --execute "DROP DATABASE $name"; done',
  'mysql --execute "DROP USER keystone@localhost, keystone@\'%\'"',
  'rm /etc/swift/*.ring.gz /etc/swift/*.builder /etc/keystone/fernet-keys/* /etc/nova/nova.conf',
  'systemctl start keystone',
].join('\n')

serial('a restore that nobody confirmed, or of a backup that is not there, changes nothing', async (t) => {
  const refused = await plays(t, 2, 'playbooks/restore.yml')
  t.regex(refused.output, /Say -e restore_confirm=yes if it is meant/)
  const missing = await plays(t, 2, 'playbooks/restore.yml', '-e', 'restore_confirm=yes', '-e', 'restore_name=2013-01-01T000000Z')
  t.regex(missing.output, /no backup 2013-01-01T000000Z/)
  for (const host of HOSTS) t.is(recap(missing.output, host).changed, 0)
})

serial('a check of the teardown changes nothing, and neither does one that nobody confirmed', async (t) => {
  const foretold = await plays(t, 0, 'playbooks/teardown.yml', '--check')
  t.true(recap(foretold.output, 'controller').changed > 10, foretold.output)
  const refused = await plays(t, 2, 'playbooks/teardown.yml')
  t.regex(refused.output, /Say -e teardown_confirm=yes if it is meant/)
  const steady = (each: Snapshot): Snapshot => new Map([...each].filter(([part]) => STEADY.includes(part)))
  const now = await snapshots()
  for (const [index, host] of HOSTS.entries()) {
    t.deepEqual(differencesOf(steady(at(deployed, index)), steady(at(now, index))), [], host)
  }
})

serial('one service goes alone, and the next deployment brings it back', async (t) => {
  await plays(t, 0, 'playbooks/teardown.yml', ...CONFIRMED, '--tags', 'swift')
  const [controller] = await snapshots()
  const left = [...(controller?.get('dpkg') ?? []), ...(controller?.get('mount') ?? []), ...(controller?.get('files') ?? [])]
  t.deepEqual(
    left.filter((line) => /swift-(proxy|object|account|container)|\/srv\/node|\/srv\/swift-devices/.test(line)),
    [],
  )
  t.true(left.some((line) => line.includes(' glance-api')))
  await plays(t, 0, 'playbooks/site.yml')
})

serial('a teardown of everything leaves hosts as they were before', async (t) => {
  await plays(t, 0, 'playbooks/instance.yml', '-e', 'instance_keep=true')
  await plays(t, 0, 'playbooks/teardown.yml', ...CONFIRMED)
  const left = await snapshots()
  for (const [index, host] of HOSTS.entries()) {
    const differences = differencesOf(at(empty, index), at(left, index))
    for (const line of differences) t.log(`${host} ${line}`)
    t.deepEqual(unexplained(differences), [], host)
  }
})

serial('what is torn down is not torn down again, and can be deployed again', async (t) => {
  const again = await plays(t, 2, 'playbooks/teardown.yml', ...CONFIRMED)
  t.regex(again.output, /it is torn down already/)
  await plays(t, 0, 'playbooks/site.yml')
})

async function snapshots(): Promise<readonly Snapshot[]> {
  return Promise.all(HOSTS.map((host) => snapshotOf(lab(), host)))
}

function at(list: readonly Snapshot[], index: number): Snapshot {
  return list[index] ?? new Map()
}

async function on(t: ExecutionContext, host: string, script: string): Promise<Finished> {
  return ends(t, 0, ['lab', '-i', lab().inventory, 'ssh', host, script])
}

async function plays(t: ExecutionContext, code: number, ...argv: readonly string[]): Promise<Finished> {
  return ends(t, code, [...argv, '-i', lab().inventory])
}

async function ends(t: ExecutionContext, code: number, argv: readonly string[]): Promise<Finished> {
  const finished = await lab().run(argv)
  if (finished.code !== code) throw new Error(`run ${argv.join(' ')} ended with ${String(finished.code)}:\n${finished.output}`)
  t.is(finished.code, code)
  return finished
}
