import type { FactsText } from './_facts-text.ts'

type Facts = Record<string, unknown>

interface Address {
  readonly device: string
  readonly family: 'inet' | 'inet6'
  readonly address: string
  readonly prefix: number
  readonly broadcast: string | undefined
  readonly scope: string
}

/** Interfaces with their addresses, and those that traffic to the outside leaves by. */
export function networkFacts(text: FactsText): Facts {
  const addresses = parseAddresses(text.lines('addresses'))
  const names = text.matching(/^\/sys\/class\/net\/([^/]+)\/mtu$/).map((match) => match[1] ?? '')
  const devices = names.map((name) => interfaceFacts(name, text, addresses))
  const outside = addresses.filter(({ address, scope }) => scope !== 'host' && !address.startsWith('127.'))
  return {
    interfaces: names,
    ...Object.fromEntries(names.map((name, index) => [factName(name), devices[index]])),
    all_ipv4_addresses: outside.filter(({ family }) => family === 'inet').map(({ address }) => address),
    all_ipv6_addresses: outside.filter(({ family }) => family === 'inet6').map(({ address }) => address),
    default_ipv4: defaultRoute(text.section('route4'), text, addresses),
    default_ipv6: defaultRoute(text.section('route6'), text, addresses),
  }
}

/** A fact's name has no characters that an expression would stumble over. */
function factName(device: string): string {
  return device.replace(/[-:.]/g, '_')
}

function interfaceFacts(name: string, text: FactsText, addresses: readonly Address[]): Facts {
  const said = (file: string): string | undefined => text.line(`/sys/class/net/${name}/${file}`)
  const own = addresses.filter((address) => address.device === name)
  const [first, ...others] = own.filter(({ family }) => family === 'inet').map(ipv4Facts)
  const ipv6 = own
    .filter(({ family }) => family === 'inet6')
    .map(({ address, prefix, scope }) => ({ address, prefix: String(prefix), scope }))
  const speed = Number(said('speed'))
  return {
    device: name,
    active: said('operstate') !== 'down',
    ...linkFacts(name, text),
    ...(speed > 0 ? { speed } : {}),
    ...(first === undefined ? {} : { ipv4: first }),
    ...(others.length === 0 ? {} : { ipv4_secondaries: others }),
    ...(ipv6.length === 0 ? {} : { ipv6 }),
  }
}

function linkFacts(name: string, text: FactsText): Facts {
  const mac = text.line(`/sys/class/net/${name}/address`) ?? ''
  const type = interfaceType(name, text)
  const mtu = Number(text.line(`/sys/class/net/${name}/mtu`))
  return { mtu, type, ...(mac === '' || type === 'loopback' ? {} : { macaddress: mac }) }
}

const HARDWARE_TYPES: Readonly<Record<string, string>> = {
  '1': 'ether',
  '32': 'infiniband',
  '512': 'ppp',
  '772': 'loopback',
  '65534': 'tunnel',
}

function interfaceType(name: string, text: FactsText): string {
  const kind = text
    .lines('nets')
    .find((line) => line.split(' ')[0] === name)
    ?.split(' ')[1]
  return kind ?? HARDWARE_TYPES[text.line(`/sys/class/net/${name}/type`) ?? ''] ?? 'unknown'
}

function ipv4Facts({ address, prefix, broadcast }: Address): Facts {
  const mask = prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0
  const network = dotted((numberOf(address) & mask) >>> 0)
  return { address, netmask: dotted(mask), network, prefix: String(prefix), broadcast: broadcast ?? '' }
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')
}

/** Lines of `ip -o addr`: `2: eth0    inet 10.0.0.5/24 brd 10.0.0.255 scope global eth0`; on a host without it the bare addresses of `hostname -I`. */
function parseAddresses(lines: readonly string[]): readonly Address[] {
  return lines.flatMap((line) => {
    const match = /^\d+: (\S+?)(?:@\S+)?\s+(inet6?) ([0-9a-fA-F.:]+)(?: peer \S+?)?(?:\/(\d+))?\s(.*)$/.exec(line)
    if (match === null)
      return line
        .split(' ')
        .filter((word) => /^[0-9a-f.:]+\.[0-9]+$|^[0-9a-f]*:[0-9a-f:]+$/.test(word))
        .map(bareAddress)
    const [, device = '', kind, address = '', prefix, rest = ''] = match
    const family = kind === 'inet6' ? 'inet6' : 'inet'
    const scope = /\bscope (\S+)/.exec(rest)?.[1] ?? 'global'
    return [
      {
        device,
        family,
        address,
        prefix: Number(prefix ?? (family === 'inet' ? 32 : 128)),
        broadcast: /\bbrd (\S+)/.exec(rest)?.[1],
        scope,
      },
    ]
  })
}

/** A line of `ip route get`: `8.8.8.8 via 10.0.0.1 dev eth0 src 10.0.0.5`. */
function defaultRoute(line: string, text: FactsText, addresses: readonly Address[]): Facts {
  const word = (name: string): string | undefined => new RegExp(`\\b${name} (\\S+)`).exec(line)?.[1]
  const device = word('dev')
  const source = word('src')
  const own = addresses.find((address) => address.address === source)
  if (device === undefined || own === undefined || device === 'lo') return {}
  const link = linkFacts(device, text)
  const gateway = word('via') ?? ''
  if (own.family === 'inet') return { ...link, interface: device, alias: device, gateway, ...ipv4Facts(own) }
  return { ...link, interface: device, gateway, address: own.address, prefix: String(own.prefix), scope: own.scope }
}

function bareAddress(address: string): Address {
  const family = address.includes(':') ? 'inet6' : 'inet'
  return { device: '', family, address, prefix: family === 'inet' ? 32 : 128, broadcast: undefined, scope: 'global' }
}
