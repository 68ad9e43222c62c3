import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { run } from '../../lab/child.ts'
import { type Lab, openLab } from '../../lab/lab.ts'
import { cloudTests, type Finished, recap } from '../_harness/cloud.ts'
import { loginOf, machineOf, onMachine, startMachine } from './_machine/machine.ts'
import { whyNoMachine } from './_machine/problem.ts'

/**
 * Cinder on LVM: the controller is a host of the lab, the volume host an emulated machine, because volumes need device-mapper and who
 * uses them an iSCSI initiator, which the kernel under a lab may not have.
 */

const NETWORK = '10.87.3'
const HOST = { name: 'disks', address: `${NETWORK}.21` }
const TAGS = 'common,mysql,rabbitmq,memcached,keystone,cinder'

const { serial, lab } = await cloudTests('cinder on LVM', NETWORK, whyNoMachine)
const signal = AbortSignal.timeout(3 * 60 * 60_000)

serial('a volume host of a kernel of its own starts', async (t) => {
  const machine = await timed(t, 'the machine, from its image to its greeting', () => startMachine(ownLab(), HOST))
  await writeFile(join(lab().inventory, 'hosts.yml'), JSON.stringify(hosts(loginOf(machine))))
  t.is(await shown(t, 'modprobe dm_mod; ls /dev/mapper/control'), '/dev/mapper/control\n')
})

serial('the deployment chooses LVM, says why, and verifies itself', async (t) => {
  const { output } = await passes(t, 'playbooks/site.yml', '--tags', TAGS)
  t.regex(output, /lvm: the (module dm_mod can be loaded|kernel \S+ has device-mapper)/)
  t.regex(output, /cinder : Find it available/)
})

serial('the volume service was started once, after its schema and its target were there', async (t) => {
  const starts =
    "journalctl --unit cinder-volume --output cat | grep -c '^Started '; systemctl show --property NRestarts --value cinder-volume"
  t.is(await shown(t, starts), '1\n0\n')
  const when = (unit: string): string => `systemctl show --property ActiveEnterTimestampMonotonic --value ${unit}`
  const [target = NaN, volumes = NaN] = (await shown(t, `${when('tgt')}; ${when('cinder-volume')}`)).split('\n').map(Number)
  t.true(target > 0 && target < volumes)
  t.is(await shown(t, "grep -c 'ERROR.*ProgrammingError' /var/log/cinder/cinder-volume.log"), '0\n')
})

serial('a volume host without storage is named', async (t) => {
  const wanted = JSON.stringify({ cinder_volume_hosts: [HOST.name, 'absent'], cinder_timeout: 10 })
  const { code, output } = await lab().run(['playbooks/verify.yml', '--tags', 'cinder', '-e', wanted, '-i', lab().inventory])
  t.is(code, 2, output)
  t.regex(output, /Volumes can be kept on disks@lvm, and should be on disks, absent:.* cinder-volume of disks@lvm is up/s)
})

serial('a second deployment changes nothing', async (t) => {
  const { output } = await passes(t, 'playbooks/site.yml', '--tags', TAGS)
  t.deepEqual([recap(output, 'controller'), recap(output, HOST.name)], [NOTHING, NOTHING], output)
})

serial('a volume is a logical volume that tgt exports, and what its user writes is in it', async (t) => {
  await passes(t, 'test/vm/_playbooks/export.yml')
  t.regex(await shown(t, 'vgs; lvs; tgtadm --lld iscsi --mode target --op show'), /cinder-volumes/)
})

serial('the volume group is there again after a restart, and volumes are exported again', async (t) => {
  await passes(t, 'test/vm/_playbooks/reboot.yml')
  await passes(t, 'playbooks/verify.yml', '--tags', 'cinder')
  await passes(t, 'test/vm/_playbooks/reach.yml')
})

serial('a deployment after the restart changes nothing', async (t) => {
  const { output } = await passes(t, 'playbooks/site.yml', '--tags', TAGS)
  t.deepEqual([recap(output, 'controller'), recap(output, HOST.name)], [NOTHING, NOTHING], output)
})

serial('a volume that is removed leaves neither logical volume nor target', async (t) => {
  await passes(t, 'test/vm/_playbooks/release.yml')
})

const NOTHING = { changed: 0, failed: 0 }

/** Runs with the inventory of the test, tells how long it took, and gives what it said. */
async function passes(t: ExecutionContext, ...argv: readonly string[]): Promise<Finished> {
  const finished = await timed(t, `run ${argv.join(' ')}`, () => lab().run([...argv, '-i', lab().inventory]))
  if (finished.code !== 0) t.log((await run(['tail', '-n', '30', machineOf(ownLab(), HOST).console], { signal })).stdout)
  t.is(finished.code, 0, finished.output)
  return finished
}

/** What a script prints on the machine. */
async function shown(t: ExecutionContext, script: string): Promise<string> {
  const { stdout } = await onMachine(machineOf(ownLab(), HOST), script, signal)
  t.log(`$ ${script}\n${stdout}`)
  return stdout
}

async function timed<T>(t: ExecutionContext, what: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now()
  const done = await work()
  t.log(`${what}: ${((Date.now() - started) / 1000).toFixed(1)} s`)
  return done
}

/** The test's lab, with the machine in it. */
function ownLab(): Lab {
  return openLab([HOST], { folder: join(lab().folder, 'lab'), signal, say: () => undefined })
}

/** The machine is no host that `run lab` makes. */
function hosts(volumeHost: Readonly<Record<string, unknown>>): unknown {
  const children = {
    controller: { hosts: { controller: { ansible_host: `${NETWORK}.11` } } },
    volume: { hosts: { [HOST.name]: volumeHost } },
  }
  // What waits for an emulated processor: the question about the time, requests to the volume host, and its word that it lives.
  const cinder = { rpc_response_timeout: '900', service_down_time: '300' }
  return { openstack: { children, vars: { precheck_clock_seconds: 120, cinder_timeout: 3600, cinder_settings: { DEFAULT: cinder } } } }
}
