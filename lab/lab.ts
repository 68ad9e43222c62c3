import { isIPv4 } from 'node:net'
import { join, resolve } from 'node:path'
import { RunnerError } from '../runner/base/error.ts'

/** A host of the lab as the inventory describes it. The address is IPv4; all hosts of a lab share one /24. */
export interface LabHost {
  readonly name: string
  readonly address: string
}

/** Where a lab lives and how it talks to its user. */
export interface LabOptions {
  /** The state folder: trees, hosts, keys, package cache. */
  readonly folder: string
  readonly say: (text: string) => void
  readonly signal: AbortSignal
  /** Asked before Debian packages are installed on this machine; without it nobody is asked. */
  readonly confirm?: ((question: string) => Promise<boolean>) | undefined
  /** All hosts of the lab: they know each other by name, those that are started later too. */
  readonly neighbours?: readonly LabHost[] | undefined
}

/** A lab with everything that follows from its folder and network. The names are unique on this machine per network. */
export interface Lab extends LabOptions {
  /** The first three octets: `10.77.0`. */
  readonly network: string
  /** This machine's address in the lab, where the package cache listens. */
  readonly gateway: string
  /** The hosts' management network. */
  readonly bridge: string
  /** A second network without addresses, for the instances of a cloud. */
  readonly flatBridge: string
  /** What the names of this lab's network namespaces and cgroups begin with. */
  readonly prefix: string
  readonly paths: LabPaths
}

export interface LabPaths {
  readonly bases: string
  readonly hosts: string
  readonly cache: string
  readonly key: string
  readonly password: string
  readonly knownHosts: string
  /** What the lab's file server exports. */
  readonly share: string
}

/** The lab that these hosts form. Throws where they do not share a /24 or the folder cannot carry an overlay. */
export function openLab(hosts: readonly LabHost[], options: LabOptions): Lab {
  const folder = resolve(options.folder)
  const network = networkOf(hosts)
  if (/[\s,:\\"]/.test(folder)) {
    throw new RunnerError('lab', `the lab's folder ${folder} has a blank, comma, colon, quote or backslash in its path`, {
      hint: 'set STACKRUN_LAB to another folder',
    })
  }
  const octets = hex(network)
  return {
    ...options,
    folder,
    network,
    gateway: `${network}.1`,
    bridge: `lab${octets}`,
    flatBridge: `lab${octets}f`,
    prefix: `lab-${network}.`,
    paths: pathsIn(folder),
  }
}

/** What of this host is visible on the machine: network namespace, cgroups, machine name. */
export function unitName(address: string): string {
  return `lab-${address}`
}

/** An address as hexadecimal digits: interface names have room for 15 characters only. */
export function hex(address: string): string {
  return address
    .split('.')
    .map((octet) => Number(octet).toString(16).padStart(2, '0'))
    .join('')
}

/** The files of a lab's folder. */
export function pathsIn(folder: string): LabPaths {
  return {
    bases: join(folder, 'base'),
    hosts: join(folder, 'hosts'),
    cache: join(folder, 'cache'),
    key: join(folder, 'id_lab'),
    password: join(folder, 'password'),
    knownHosts: join(folder, 'known_hosts'),
    share: join(folder, 'share'),
  }
}

function networkOf(hosts: readonly LabHost[]): string {
  const first = hosts[0]
  if (first === undefined) throw new RunnerError('lab', 'the inventory has no lab hosts', { hint: 'lab hosts carry stackrun_lab: true' })
  const network = first.address.split('.').slice(0, 3).join('.')
  const stray = hosts.find((host) => !isIPv4(host.address) || !host.address.startsWith(`${network}.`) || /\.(0|1|255)$/.test(host.address))
  if (stray === undefined) return network
  throw new RunnerError('lab', `the lab host ${stray.name} cannot have the address ${stray.address}`, {
    hint: `the lab's hosts share one network: ${network}.2 to ${network}.254`,
  })
}
