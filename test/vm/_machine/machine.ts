import { randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureKey } from '../../../lab/base.ts'
import { cacheUrl, ensureCache } from '../../../lab/cache.ts'
import { isPopulated, killCgroup } from '../../../lab/cgroup.ts'
import { type ChildResult, lastLines, must, run } from '../../../lab/child.ts'
import { listFolder, place, readText } from '../../../lab/files.ts'
import { hex, type Lab, type LabHost, unitName } from '../../../lab/lab.ts'
import { launch } from '../../../lab/launch.ts'
import { withLock } from '../../../lab/lock.ts'
import { ensureNetwork, linkName } from '../../../lab/network.ts'
import { requirePackages } from '../../../lab/requirements.ts'
import { waitForPort } from '../../../lab/wait.ts'
import { type Emulator, ensureEmulator } from './emulator.ts'
import { copyInto, ensureImage, type Image } from './image.ts'

/**
 * An emulated machine on the network of a lab, beside its hosts. Its cgroup and its interface are named as a host's of that address
 * would be, and its files lie in the lab's folder: taking the lab down takes it too.
 */
export interface Machine extends LabHost {
  /** A known_hosts file of its own: the lab writes anew the one of its hosts. */
  readonly knownHosts: string
  readonly console: string
  readonly key: string
}

/** Makes a machine and boots it; it takes logins when this returns. What is missing for it on this machine is made or installed. */
export async function startMachine(lab: Lab, host: LabHost): Promise<Machine> {
  const [emulator, image] = await withLock(lab, async () => {
    await requirePackages(lab)
    await ensureNetwork(lab)
    await ensureCache(lab)
    await ensureKey(lab)
    return [await ensureEmulator(lab.signal), await ensureImage(lab)] as const
  })
  const machine = machineOf(lab, host)
  const disk = await makeDisk(lab, machine, { folder: folderOf(lab, host), image })
  await boot(lab, machine, { disk, image, emulator })
  return machine
}

/** A machine that was started, perhaps by an earlier test. */
export function machineOf(lab: Lab, host: LabHost): Machine {
  const folder = folderOf(lab, host)
  return { ...host, knownHosts: join(folder, 'known_hosts'), console: join(folder, 'console.log'), key: lab.paths.key }
}

function folderOf(lab: Lab, host: LabHost): string {
  return join(lab.folder, 'machines', host.name)
}

/** A copy of the image's disk that has a name, an address and keys. */
async function makeDisk(
  lab: Lab,
  machine: Machine,
  { folder, image }: { readonly folder: string; readonly image: Image },
): Promise<string> {
  await rm(folder, { recursive: true, force: true })
  const own = join(folder, 'own')
  await identify(lab, machine, own)
  const disk = join(folder, 'disk.img')
  await must(['cp', '--sparse=always', image.disk, disk], { signal: lab.signal, timeout: 1800 })
  await copyInto(lab, disk, own)
  return disk
}

async function identify(lab: Lab, machine: Machine, own: string): Promise<void> {
  const etc = join(own, 'etc')
  await place(join(etc, 'hostname'), `${machine.name}\n`)
  await place(join(etc, 'hosts'), `127.0.0.1 localhost\n::1 localhost\n${lab.gateway} gateway\n${machine.address} ${machine.name}\n`)
  await place(join(etc, 'machine-id'), `${randomBytes(16).toString('hex')}\n`, 0o444)
  await place(join(etc, 'apt/apt.conf.d/01lab-cache'), `Acquire::http::Proxy "${cacheUrl(lab)}";\n`)
  const network = `[Match]\nName=eth0\n\n[Network]\nAddress=${machine.address}/24\nGateway=${lab.gateway}\n`
  await place(join(etc, 'systemd/network/eth0.network'), network)
  // A service that takes seconds elsewhere takes minutes on a processor that is emulated by a busy one.
  await place(join(etc, 'systemd/system.conf.d/emulated.conf'), '[Manager]\nDefaultTimeoutStartSec=15min\nDefaultTimeoutStopSec=5min\n')
  await mkdir(join(own, 'root/.ssh'), { recursive: true, mode: 0o700 })
  await place(join(own, 'root/.ssh/authorized_keys'), (await readText(`${machine.key}.pub`)) ?? '', 0o600)
  const key = join(etc, 'ssh/ssh_host_ed25519_key')
  await mkdir(join(etc, 'ssh'))
  await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', machine.name, '-f', key], lab)
  await place(machine.knownHosts, `${machine.address} ${(await readText(`${key}.pub`)) ?? ''}`, 0o600)
}

interface Boot {
  readonly disk: string
  readonly image: Image
  readonly emulator: Emulator
}

async function boot(lab: Lab, machine: Machine, { disk, image, emulator }: Boot): Promise<void> {
  const unit = unitName(machine.address)
  await killCgroup(unit, 10)
  const link = linkName(machine.address, 0)
  if ((await listFolder('/sys/class/net')).includes(link)) await must(['ip', 'link', 'delete', link], lab)
  await must(['ip', 'tuntap', 'add', 'dev', link, 'mode', 'tap'], lab)
  await must(['ip', 'link', 'set', link, 'master', lab.bridge, 'up'], lab)
  const log = `${machine.console}.qemu`
  await launch({ cgroup: unit, log, argv: [emulator.program, ...options(machine, { disk, image, link })], env: emulator.env })
  const alive = (): Promise<boolean> => isPopulated(unit)
  const up = await waitForPort({ address: machine.address, port: 22, greeting: 'SSH-', seconds: 1800, signal: lab.signal, alive })
  if (up) return
  const said = `${(await readText(log)) ?? ''}${(await readText(machine.console)) ?? ''}`
  throw new Error(`the machine ${machine.name} did not start: ${lastLines(said)}`)
}

/** Two emulated processors; disks that flush nothing, because nothing outlives the test. */
function options(
  machine: Machine,
  { disk, image, link }: { readonly disk: string; readonly image: Image; readonly link: string },
): readonly string[] {
  const mac = ['52:54', ...(hex(machine.address).match(/../g) ?? [])].join(':')
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-machine', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'max'],
    ...['-smp', '2', '-m', '1024', '-serial', `file:${machine.console}`],
    ...['-kernel', image.kernel, '-initrd', image.initrd],
    ...['-append', 'root=/dev/vda rw console=ttyS0 net.ifnames=0 mitigations=off quiet'],
    ...['-drive', `file=${disk},if=virtio,format=raw,cache=unsafe,discard=unmap`],
    ...['-netdev', `tap,id=net,ifname=${link},script=no,downscript=no`, '-device', `virtio-net-pci,netdev=net,mac=${mac},romfile=`],
    ...['-device', 'virtio-rng-pci'],
  ]
}

/** How a playbook logs in. Even a shell takes its time to start. */
export function loginOf({ address, key, knownHosts }: Machine): Readonly<Record<string, unknown>> {
  const login = { ansible_user: 'root', ansible_ssh_private_key_file: key, stackrun_known_hosts_file: knownHosts }
  return { ansible_host: address, ansible_timeout: 90, stackrun_lab: false, ...login }
}

/** Runs a script on the machine, as root. */
export async function onMachine(machine: Machine, script: string, signal: AbortSignal): Promise<ChildResult> {
  const settings = ['IdentitiesOnly=yes', 'StrictHostKeyChecking=yes', `UserKnownHostsFile=${machine.knownHosts}`]
  const flags = ['-F', 'none', '-i', machine.key, ...settings.flatMap((setting) => ['-o', setting])]
  return run(['ssh', ...flags, `root@${machine.address}`, 'sh', '-s'], { signal, stdin: script, timeout: 600 })
}
