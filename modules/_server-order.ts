import { type JsonWithRefs, type ModuleContext, type ReadOnlyHost, Secret } from '../runner/module/index.ts'
import { findNetwork, openNeutron } from './_neutron.ts'
import { findFlavor, loginOwner } from './_nova.ts'
import { type Api, openService } from './_openstack.ts'
import type { Found } from './_openstack-believed.ts'
import { type Fields, type GivenFields, given } from './_openstack-fields.ts'
import { findNamed } from './_openstack-find.ts'
import { ownedKeys } from './_openstack-project.ts'
import { granted } from './_openstack-request.ts'
import { Refused } from './_openstack-session.ts'
import type { Nic, ServerArguments } from './_server-args.ts'

/** What a new server is made of, by ids. In check mode what is only predicted has an empty one. */
export interface Order {
  readonly flavor: string
  readonly image: string | undefined
  readonly bootVolume: string | undefined
  readonly volumes: readonly string[]
  readonly networks: JsonWithRefs
}

/** Where the parts of a server are asked for. */
export interface Market {
  readonly host: ReadOnlyHost
  readonly nova: Api
  readonly args: ServerArguments
  readonly context: ModuleContext
}

/** Finds all that a new server needs, of other services too. @throws Refused where something is missing */
export async function orderOf(market: Market): Promise<Order> {
  const { args, nova } = market
  const { flavor: flavorName } = args
  if (flavorName === undefined || (args.image === undefined && args.boot_volume === undefined))
    throw new Refused(`server ${args.name} is not there`, 'to make it, flavor and image (or boot_volume) are needed')
  const [flavor, image, [bootVolume], volumes, networks] = await Promise.all([
    findFlavor(nova, flavorName).then((found) => idIn(found, `flavor ${flavorName}`, 'create it with nova_flavor first')),
    args.image === undefined ? undefined : imageId(market, args.image),
    volumeIds(market, args.boot_volume === undefined ? [] : [args.boot_volume]),
    volumeIds(market, args.volumes),
    networksOf(market),
  ])
  return { flavor, image, bootVolume, volumes, networks }
}

function idIn(found: Found, what: string, hint: string): string {
  if (!found.exists) throw new Refused(`there is no ${what}`, hint)
  return found.id ?? ''
}

/** The endpoint that the task gives is Nova's. */
async function imageId({ host, args, context }: Market, image: string): Promise<string> {
  const glance = granted(await openService(host, { ...args, endpoint: undefined }, context, { service: 'image' }))
  const keys = [...ownedKeys(loginOwner(glance), image), image]
  const found = await findNamed(glance, { kind: 'glance_image', keys, path: '/images', noun: '', nameOrId: image })
  return idIn(found, `image ${image}`, 'upload it with glance_image first')
}

async function volumeIds({ host, args, context }: Market, volumes: readonly string[]): Promise<readonly string[]> {
  if (volumes.length === 0) return []
  const cinder = granted(await openService(host, { ...args, endpoint: undefined }, context, { service: 'volume' }))
  const ids = volumes.map(async (volume) => {
    const keys = [...ownedKeys(loginOwner(cinder), volume), volume]
    const found = await findNamed(cinder, { kind: 'cinder_volume', keys, path: '/volumes', noun: 'volume', nameOrId: volume })
    return idIn(found, `volume ${volume}`, 'create it with cinder_volume first')
  })
  return Promise.all(ids)
}

async function networksOf({ host, args, context }: Market): Promise<JsonWithRefs> {
  const nics: readonly Nic[] = args.network === undefined ? (args.nics ?? []) : [{ 'net-name': args.network }]
  if (nics.length === 0) return 'auto'
  const named = nics.some((nic) => nic['net-name'] !== undefined || nic['port-name'] !== undefined)
  const neutron = named ? granted(await openNeutron(host, { ...args, endpoint: undefined }, context)) : undefined
  return Promise.all(nics.map((nic) => nicOf(neutron, nic)))
}

async function nicOf(neutron: Api | undefined, nic: Nic): Promise<GivenFields> {
  const shared: Fields = { tag: nic.tag, fixed_ip: nic.fixed_ip ?? nic['v4-fixed-ip'] ?? nic['v6-fixed-ip'] }
  const [network, port] = [nic['net-name'], nic['port-name']]
  if (nic['port-id'] !== undefined) return given({ port: nic['port-id'], tag: nic.tag })
  if (neutron !== undefined && port !== undefined) return given({ port: await portId(neutron, port), tag: nic.tag })
  if (neutron === undefined || network === undefined) return given({ uuid: nic['net-id'], ...shared })
  const found = await findNetwork(neutron, loginOwner(neutron), network)
  return given({ uuid: idIn(found, `network ${network}`, 'create it with neutron_network first'), ...shared })
}

async function portId(neutron: Api, port: string): Promise<string> {
  const keys = ownedKeys(loginOwner(neutron), port)
  const found = await findNamed(neutron, { kind: 'neutron_port', keys, path: '/ports', noun: 'port', nameOrId: port })
  return idIn(found, `port ${port}`, 'create it with neutron_port first')
}

/** The fields of a new server, as Nova's API has them. */
export function serverFields(args: ServerArguments, order: Order): GivenFields {
  return given({
    name: args.name,
    flavorRef: order.flavor,
    imageRef: args.boot_from_volume || order.bootVolume !== undefined ? undefined : order.image,
    networks: order.networks,
    key_name: args.key_name,
    security_groups: args.security_groups?.map((name) => ({ name })),
    user_data: args.userdata === undefined ? undefined : encoded(args.userdata),
    metadata: args.meta,
    config_drive: args.config_drive,
    availability_zone: args.availability_zone,
    description: args.description,
    block_device_mapping_v2: disksOf(args, order),
  })
}

function encoded(userdata: string | Secret): string | Secret {
  const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64')
  return userdata instanceof Secret ? new Secret(base64(userdata.reveal())) : base64(userdata)
}

/** Undefined where the server boots from its image alone. */
function disksOf(args: ServerArguments, order: Order): readonly JsonWithRefs[] | undefined {
  const keep = { delete_on_termination: args.terminate_volume, boot_index: 0, destination_type: 'volume' }
  const extra = order.volumes.map((uuid) => volumeDisk(uuid))
  if (order.bootVolume !== undefined) return [{ ...keep, source_type: 'volume', uuid: order.bootVolume }, ...extra]
  if (args.boot_from_volume)
    return [{ ...keep, source_type: 'image', uuid: order.image ?? '', volume_size: args.volume_size ?? 0 }, ...extra]
  if (extra.length === 0) return undefined
  const image = { boot_index: 0, source_type: 'image', destination_type: 'local', delete_on_termination: true, uuid: order.image ?? '' }
  return [image, ...extra]
}

function volumeDisk(uuid: string): JsonWithRefs {
  return { boot_index: -1, source_type: 'volume', destination_type: 'volume', delete_on_termination: false, uuid }
}
