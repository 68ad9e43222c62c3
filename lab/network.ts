import { networkInterfaces } from 'node:os'
import { RunnerError } from '../runner/base/error.ts'
import { must, run } from './child.ts'
import { listFolder, readText } from './files.ts'
import { hex, type Lab, unitName } from './lab.ts'

/** The folder of the lab that a network of this machine belongs to, or undefined where there is none. Its bridge carries it. */
export async function ownerOf(lab: Lab): Promise<string | undefined> {
  return (await readText(`/sys/class/net/${lab.bridge}/ifalias`))?.trim()
}

/** True where another lab's hosts are on this network. */
export async function isForeign(lab: Lab): Promise<boolean> {
  const owner = await ownerOf(lab)
  return owner !== undefined && owner !== '' && owner !== lab.folder
}

/** Makes the lab's two bridges where they are missing. Throws where the network is taken. */
export async function ensureNetwork(lab: Lab): Promise<void> {
  const owner = await ownerOf(lab)
  if (owner === lab.folder) return
  if (owner !== undefined && owner !== '') throw networkTaken(lab, `the lab in ${owner}`)
  await removeNetwork(lab) // a bridge without an owner was cut off while it was made
  await createNetwork(lab)
}

async function createNetwork(lab: Lab): Promise<void> {
  const taken = Object.entries(networkInterfaces()).find(([, addresses]) =>
    addresses?.some(({ address }) => address.startsWith(`${lab.network}.`)),
  )
  if (taken !== undefined) throw networkTaken(lab, `the interface ${taken[0]}`)
  // A bridge takes the lowest address of its ports unless told otherwise: hosts that come and go would change it.
  await must(['ip', 'link', 'add', lab.flatBridge, 'address', macOf(lab.gateway, 1), 'type', 'bridge'], lab)
  await must(['ip', 'link', 'set', lab.flatBridge, 'up', 'alias', lab.folder], lab)
  await must(['ip', 'link', 'add', lab.bridge, 'address', macOf(lab.gateway, 0), 'type', 'bridge'], lab)
  await must(['ip', 'address', 'replace', `${lab.gateway}/24`, 'dev', lab.bridge], lab)
  await must(['ip', 'link', 'set', lab.bridge, 'up', 'alias', lab.folder], lab)
}

/** Makes a host's network namespace: `eth0` on the management bridge with its address, `eth1` on the flat bridge without one. */
export async function connectHost(lab: Lab, address: string): Promise<void> {
  const namespace = unitName(address)
  await disconnectHost(lab, address)
  await must(['ip', 'netns', 'add', namespace], lab)
  const links = [lab.bridge, lab.flatBridge].flatMap((bridge, index) => [
    `link add ${linkName(address, index)} type veth peer name eth${String(index)} address ${macOf(address, index)} netns ${namespace}`,
    `link set ${linkName(address, index)} master ${bridge} up`,
  ])
  await batch(lab, [], links)
  const inside = [
    'link set lo up',
    'link set eth0 up',
    'link set eth1 up',
    `address add ${address}/24 dev eth0`,
    `route add default via ${lab.gateway}`,
  ]
  await batch(lab, ['-n', namespace], inside)
}

/** Removes what `connectHost` made, whatever of it is there. */
export async function disconnectHost(lab: Lab, address: string): Promise<void> {
  const present = await listFolder('/sys/class/net')
  for (const name of [0, 1].map((index) => linkName(address, index))) {
    if (present.includes(name)) await run(['ip', 'link', 'delete', name], lab)
  }
  const namespaces = await listFolder('/run/netns')
  if (namespaces.includes(unitName(address))) await run(['ip', 'netns', 'delete', unitName(address)], lab)
}

/** Removes the lab's bridges, those too that it had under another network. */
export async function removeNetwork(lab: Lab): Promise<void> {
  for (const name of await listFolder('/sys/class/net')) {
    const owner = (await readText(`/sys/class/net/${name}/ifalias`))?.trim()
    const halfMade = owner === '' && (name === lab.bridge || name === lab.flatBridge)
    if (owner === lab.folder || halfMade) await must(['ip', 'link', 'delete', name], lab)
  }
}

/** An address of its own for every end of every link, the same each time, so that no neighbour remembers a wrong one. */
function macOf(address: string, index: number): string {
  return ['02', `0${String(index)}`, ...(hex(address).match(/../g) ?? [])].join(':')
}

/** This machine's end of a host's interface. */
export function linkName(address: string, index: number): string {
  return `lab${hex(address)}${index === 0 ? 'm' : 'f'}`
}

async function batch(lab: Lab, flags: readonly string[], lines: readonly string[]): Promise<void> {
  await must(['ip', ...flags, '-batch', '-'], { signal: lab.signal, stdin: `${lines.join('\n')}\n` })
}

function networkTaken(lab: Lab, by: string): RunnerError {
  return new RunnerError('lab', `the network ${lab.network}.0/24 is in use by ${by}`, {
    hint: 'take that down, or set STACKRUN_LAB_NETWORK to three other octets, such as 10.78.0',
  })
}
