import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { cgroupsNamed } from '../../lab/cgroup.ts'
import { run } from '../../lab/child.ts'
import { takeDown, takeDownHosts } from '../../lab/down.ts'
import { type Lab, type LabHost, openLab } from '../../lab/lab.ts'
import { mountPoints } from '../../lab/mounts.ts'
import { requireMachine } from '../../lab/requirements.ts'
import { statusOf } from '../../lab/status.ts'
import { bringUp } from '../../lab/up.ts'
import { messageOf } from '../../runner/base/error.ts'

const HOSTS: readonly LabHost[] = [
  { name: 'one', address: '10.79.0.21' },
  { name: 'two', address: '10.79.0.22' },
]
const signal = AbortSignal.timeout(15 * 60_000)
const said: string[] = []

const problem = await requireMachine().then(() => undefined, messageOf)
if (problem !== undefined) process.stderr.write(`\n*** THE LAB'S TESTS ARE SKIPPED: ${problem} ***\n\n`)
const serial = problem === undefined ? test.serial : test.serial.skip

const folder = problem === undefined ? await mkdtemp('/var/tmp/stackrun-lab-test-') : '/nonexistent'
const lab = labIn(folder)

test.after.always(async () => {
  if (problem !== undefined) return
  await takeDown(lab, 'all')
  await rm(folder, { recursive: true, force: true })
})

serial('brings hosts up that greet, run a whole systemd and have no Python', async (t) => {
  t.deepEqual(await bringUp(lab, HOSTS), ['one', 'two'])
  for (const host of HOSTS) {
    t.is((await ssh(host, 'root', 'systemctl is-system-running --wait')).stdout, 'running\n')
    t.is((await ssh(host, 'root', 'command -v python3; hostname')).stdout, `${host.name}\n`)
  }
  t.is((await ssh(at(0), 'root', 'getent hosts two')).stdout.split(/\s+/)[0], '10.79.0.22')
  t.deepEqual(
    (await statusOf(lab, HOSTS)).map(({ state }) => state),
    ['up', 'up'],
  )
})

serial('does nothing, quickly, where all hosts are up', async (t) => {
  const started = performance.now()
  t.deepEqual(await bringUp(lab, HOSTS), [])
  t.true(performance.now() - started < 300)
})

serial('deploy becomes root without a password, plain with the lab’s', async (t) => {
  const password = (await readFile(lab.paths.password, 'utf8')).trim()
  t.is((await ssh(at(0), 'deploy', 'sudo -n id -u')).stdout, '0\n')
  t.not((await ssh(at(0), 'plain', 'sudo -n id -u')).code, 0)
  t.is((await ssh(at(0), 'plain', 'sudo -S -p "" id -u', `${password}\n`)).stdout, '0\n')
})

serial('packages install through the cache', async (t) => {
  const result = await ssh(
    at(0),
    'root',
    'apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y hello >/dev/null && hello',
  )
  t.is(result.stdout, 'Hello, world!\n', result.stderr)
})

serial('hosts can bridge, filter, mount loop devices and use tun', async (t) => {
  const script = [
    'set -e',
    'ip link add br9 type bridge; ip tuntap add tap9 mode tap; ip link set tap9 master br9',
    'sysctl -qw net.ipv4.ip_forward=1',
    'ip netns add inner; ip netns exec inner ip link set lo up',
    'truncate -s 32M /srv/lab-test-disk; mke2fs -q -t ext4 -F /srv/lab-test-disk; mkdir -p /srv/mnt; mount -o loop /srv/lab-test-disk /srv/mnt',
    'findmnt -no FSTYPE /srv/mnt',
  ]
  const result = await ssh(at(1), 'root', script.join('\n'))
  t.is(result.stdout, 'ext4\n', result.stderr)
})

serial('an export of the lab is one folder on all hosts, and a package does not take its mount program', async (t) => {
  const mount = 'mkdir -p /srv/m; mount -t nfs gateway:/volumes /srv/m'
  t.is((await ssh(at(0), 'root', `${mount}; echo one > /srv/m/written`)).stderr, '')
  t.is((await ssh(at(1), 'root', `${mount}; cat /srv/m/written; umount /srv/m; ls -A /srv/m`)).stdout, 'one\n')
  const refused = await ssh(at(1), 'root', 'mount -t nfs elsewhere:/volumes /srv/m')
  t.regex(refused.stderr, /only file server is 'gateway'/)
  t.regex((await ssh(at(0), 'root', 'dpkg-divert --list /sbin/mount.nfs')).stdout, /local diversion of \/sbin\/mount\.nfs/)
})

serial('one host is destroyed with its loop devices and comes back new; the other runs on', async (t) => {
  const before = await ssh(at(0), 'root', 'cat /proc/sys/kernel/random/boot_id; systemctl show -p UserspaceTimestampMonotonic --value')
  t.true((await loopFiles()).includes('/srv/lab-test-disk'))
  await takeDownHosts(lab, [at(1)])
  t.false((await loopFiles()).includes('/srv/lab-test-disk'))
  t.deepEqual(
    (await statusOf(lab, HOSTS)).map(({ state }) => state),
    ['up', 'absent'],
  )
  t.deepEqual(await bringUp(lab, HOSTS), ['two'])
  t.is((await ssh(at(1), 'root', 'test -e /srv/lab-test-disk || echo new')).stdout, 'new\n')
  t.is(
    (await ssh(at(0), 'root', 'cat /proc/sys/kernel/random/boot_id; systemctl show -p UserspaceTimestampMonotonic --value')).stdout,
    before.stdout,
  )
})

serial('another folder cannot take the same network', async (t) => {
  const other = await mkdtemp('/var/tmp/stackrun-lab-test-')
  const error = await t.throwsAsync(bringUp(labIn(other), HOSTS))
  t.regex(error.message, /10\.79\.0\.0\/24 is in use by the lab in/)
  await takeDown(labIn(other), 'all')
  t.is((await ssh(at(0), 'root', 'echo here')).stdout, 'here\n')
})

serial('a host whose processes were all killed boots again from its disk', async (t) => {
  await ssh(at(0), 'root', 'echo kept > /srv/kept; sync')
  const [status] = await statusOf(lab, [at(0)])
  process.kill(status?.pid ?? Number.NaN, 'SIGKILL')
  await sleep(300)
  t.deepEqual(await bringUp(lab, HOSTS), ['one'])
  t.is((await ssh(at(0), 'root', 'cat /srv/kept')).stdout, 'kept\n')
})

serial('a host that ran when the machine stopped is made anew and says so', async (t) => {
  await ssh(at(0), 'root', 'echo lost > /srv/lost')
  const [status] = await statusOf(lab, [at(0)])
  process.kill(status?.pid ?? Number.NaN, 'SIGKILL')
  await sleep(300)
  await writeFile(join(folder, 'hosts/one/boot'), 'another boot of this machine\n')
  said.length = 0
  t.deepEqual(await bringUp(lab, HOSTS), ['one'])
  t.true(said.includes('lab: one ran when this machine stopped: making it anew'), said.join('\n'))
  t.is((await ssh(at(0), 'root', 'test -e /srv/lost || echo new')).stdout, 'new\n')
})

serial('down leaves no process, mount, namespace, interface, cgroup or loop device', async (t) => {
  await ssh(
    at(1),
    'root',
    'truncate -s 8M /srv/lab-test-disk; losetup -f /srv/lab-test-disk; setsid sleep 10000 </dev/null >/dev/null 2>&1 &',
  )
  await takeDown(lab, 'hosts')
  await assertNothingLeft(t)
  t.deepEqual(await readdir(join(folder, 'hosts')), [])
  t.true((await readdir(join(folder, 'base'))).length === 1)
})

for (const milliseconds of [150, 400, 700, 1100]) {
  serial(`down clears what an up killed after ${String(milliseconds)} ms left`, async (t) => {
    const child = spawn(
      process.execPath,
      ['--no-warnings', '--import', './test/_loader.mjs', 'test/lab/_up.ts', folder, JSON.stringify(HOSTS)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const closed = once(child, 'close') // it may have brought all up and ended by then
    await once(child.stdout, 'data')
    await sleep(milliseconds)
    child.kill('SIGKILL')
    await closed
    await takeDown(lab, 'hosts')
    await assertNothingLeft(t)
  })
}

function labIn(path: string): Lab {
  return openLab(HOSTS, { folder: path, signal, neighbours: HOSTS, say: (text) => said.push(text) })
}

function at(index: number): LabHost {
  const host = HOSTS[index]
  if (host === undefined) throw new Error(`no host ${String(index)}`)
  return host
}

function ssh(host: LabHost, user: string, command: string, stdin?: string): ReturnType<typeof run> {
  const options = [
    '-F',
    'none',
    '-i',
    lab.paths.key,
    '-o',
    `UserKnownHostsFile=${lab.paths.knownHosts}`,
    '-o',
    'StrictHostKeyChecking=yes',
    '-o',
    'BatchMode=yes',
  ]
  return run(['ssh', ...options, `${user}@${host.address}`, command], { signal, stdin, timeout: 120 })
}

async function loopFiles(): Promise<readonly string[]> {
  const result = await run(['losetup', '--list', '--noheadings', '--output', 'BACK-FILE'], { signal })
  return result.stdout.split('\n').map((line) => line.trim())
}

async function assertNothingLeft(t: { deepEqual(a: unknown, b: unknown): unknown; false(value: boolean): unknown }): Promise<void> {
  t.deepEqual(await cgroupsNamed(lab.prefix), [])
  t.deepEqual(
    (await namesIn('/run/netns')).filter((name) => name.startsWith(lab.prefix)),
    [],
  )
  t.deepEqual(
    (await namesIn('/sys/class/net')).filter((name) => name.startsWith(lab.bridge)),
    [],
  )
  t.deepEqual(
    mountPoints(await readFile('/proc/self/mountinfo', 'utf8')).filter((path) => path.startsWith(folder)),
    [],
  )
  t.deepEqual(
    (await namesIn('/run/systemd/nspawn/propagate')).filter((name) => name.startsWith(lab.prefix)),
    [],
  )
  t.false((await loopFiles()).includes('/srv/lab-test-disk'))
  t.deepEqual(await processesNaming(folder), [])
}

async function namesIn(path: string): Promise<readonly string[]> {
  return readdir(path).catch(() => [])
}

async function processesNaming(text: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return lines.filter((line) => line.includes(text))
}
