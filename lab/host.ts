import { join } from 'node:path'
import { RunnerError } from '../runner/base/error.ts'
import { isPopulated, kill, killCgroup, processesOf, removeCgroup } from './cgroup.ts'
import { lastLines } from './child.ts'
import { type HostRecord, mountDisk, removeDisk, unmountDisk } from './disk.ts'
import { readText } from './files.ts'
import { type Lab, type LabHost, unitName } from './lab.ts'
import { launch } from './launch.ts'
import { connectHost, disconnectHost } from './network.ts'
import { ensureShare, shareOption } from './share.ts'
import { answers, waitForPort } from './wait.ts'

const SSH = { port: 22, greeting: 'SSH-' } as const

/** Boots a host from its disk; it takes logins when this returns. */
export async function bootHost(lab: Lab, host: HostRecord): Promise<void> {
  const unit = unitName(host.address)
  await stopHost(lab, host)
  const root = await mountDisk(lab, host)
  await ensureShare(lab)
  await connectHost(lab, host.address)
  const log = join(lab.paths.hosts, host.name, 'console.log')
  await launch({ cgroup: unit, log, argv: [...nspawn(host, unit, root), shareOption(lab)], env: NSPAWN_ENVIRONMENT })
  const up = await waitForPort({ ...SSH, address: host.address, seconds: 90, signal: lab.signal, alive: () => isPopulated(unit) })
  if (up) return
  throw new RunnerError('lab', `the lab host ${host.name} did not start: ${lastLines((await readText(log)) ?? '')}`, {
    hint: `its console is in ${log}`,
  })
}

/** True where the host's processes are there and its sshd greets. */
export async function isUp(host: LabHost): Promise<boolean> {
  return (await isPopulated(unitName(host.address))) && (await answers({ ...SSH, address: host.address }))
}

/** The process id of the host's init as this machine sees it. */
export async function initOf(host: LabHost): Promise<number | undefined> {
  for (const pid of await processesOf(unitName(host.address))) {
    if (await isInit(pid)) return pid
  }
  return undefined
}

/** Takes a host off: its processes, network, mounts and cgroups. Its disk stays. Any remnant of a host will do. */
export async function stopHost(lab: Lab, host: LabHost): Promise<void> {
  const unit = unitName(host.address)
  // Without its init the kernel kills the rest of the host, and nspawn itself tidies up and ends.
  const init = await initOf(host)
  if (init !== undefined) kill(init)
  await emptied(unit, 5)
  if (!(await killCgroup(unit, 10))) throw new RunnerError('lab', `processes of the lab host ${host.name} survive SIGKILL (cgroup ${unit})`)
  await unmountDisk(lab, host.name)
  await disconnectHost(lab, host.address)
  await removeCgroup(unit)
}

/** Takes a host off and throws its disk away. */
export async function destroyHost(lab: Lab, host: LabHost): Promise<void> {
  await stopHost(lab, host)
  await removeDisk(lab, host.name)
}

async function emptied(unit: string, seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1000
  while (Date.now() < end && (await isPopulated(unit))) await new Promise((done) => setTimeout(done, 20))
}

/** The first process of a namespace of its own one level down. */
async function isInit(pid: number): Promise<boolean> {
  const status = await readText(`/proc/${String(pid)}/status`)
  return status !== undefined && /^NSpid:\t\d+\t1$/m.test(status)
}

/**
 * `/proc/sys/net` is the host's own and writable, the rest of `/proc/sys` is this machine's and is not. The groups of
 * system calls are what qemu, the kernel's keyring and network tools ask for beyond nspawn's own list.
 */
const NSPAWN_ENVIRONMENT = { SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1', SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'network', SYSTEMD_NSPAWN_LOCK: '0' }

/** nspawn ends with this code where the host restarts itself: then it is started again. */
const AGAIN = 'while :; do "$@"; code=$?; [ "$code" -eq 133 ] || exit "$code"; done'

function nspawn(host: HostRecord, unit: string, root: string): readonly string[] {
  return [
    '/bin/sh',
    '-c',
    AGAIN,
    'sh',
    'systemd-nspawn',
    '--quiet',
    '--boot',
    '--register=no',
    '--keep-unit',
    '--settings=no',
    `--directory=${root}`,
    `--machine=${unit}`,
    `--hostname=${host.name}`,
    `--network-namespace-path=/run/netns/${unit}`,
    '--capability=all',
    '--system-call-filter=@clock @keyring bpf @cpu-emulation @memlock @pkey @raw-io',
    '--link-journal=no',
    '--resolv-conf=off',
    '--timezone=off',
  ]
}
