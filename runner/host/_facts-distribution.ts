import { type FactsText, shellPairs } from './_facts-text.ts'

type Facts = Record<string, unknown>

const NAMES: Readonly<Record<string, string>> = {
  debian: 'Debian',
  ubuntu: 'Ubuntu',
  raspbian: 'Raspbian',
  linuxmint: 'Linux Mint',
  kali: 'Kali',
  devuan: 'Devuan',
  rhel: 'RedHat',
  centos: 'CentOS',
  fedora: 'Fedora',
  rocky: 'Rocky',
  almalinux: 'AlmaLinux',
  ol: 'OracleLinux',
  amzn: 'Amazon',
  alpine: 'Alpine',
  arch: 'Archlinux',
  gentoo: 'Gentoo',
  sles: 'SLES',
  'opensuse-leap': 'openSUSE Leap',
  'opensuse-tumbleweed': 'openSUSE Tumbleweed',
  void: 'Void',
  nixos: 'NixOS',
  openwrt: 'OpenWrt',
}

const FAMILIES: readonly (readonly [string, readonly string[]])[] = [
  ['Debian', ['debian', 'ubuntu', 'raspbian', 'linuxmint', 'kali', 'devuan']],
  ['RedHat', ['rhel', 'centos', 'fedora', 'rocky', 'almalinux', 'ol', 'amzn']],
  ['Suse', ['sles', 'suse', 'opensuse', 'opensuse-leap', 'opensuse-tumbleweed']],
  ['Alpine', ['alpine']],
  ['Archlinux', ['arch']],
  ['Gentoo', ['gentoo']],
]

/** Which Linux it is, by its os-release. */
export function distributionFacts(text: FactsText): Facts {
  const path = text.file('/etc/os-release') === undefined ? '/usr/lib/os-release' : '/etc/os-release'
  const release = shellPairs(text.file(path))
  const id = release.get('ID') ?? ''
  const likes = [id, ...(release.get('ID_LIKE') ?? '').split(' ')]
  const family = FAMILIES.find(([, ids]) => likes.some((like) => ids.includes(like)))?.[0]
  const name = NAMES[id] ?? release.get('NAME') ?? 'Linux'
  const version = distributionVersion(id, release.get('VERSION_ID'), text)
  const [major, minor] = version.split('.')
  return {
    distribution: name,
    distribution_version: version,
    distribution_major_version: major === '' ? 'NA' : major,
    ...(minor === undefined ? {} : { distribution_minor_version: minor }),
    distribution_release: release.get('VERSION_CODENAME') ?? release.get('UBUNTU_CODENAME') ?? 'NA',
    distribution_file_path: path,
    distribution_file_parsed: release.size > 0,
    distribution_file_variety: family ?? name,
    os_family: family ?? name,
    lsb: lsb(text, release),
  }
}

/** Debian's os-release names the major version alone; the point release is in a file of its own. */
function distributionVersion(id: string, versionId: string | undefined, text: FactsText): string {
  const debian = text.line('/etc/debian_version') ?? ''
  return id === 'debian' && /^\d+(\.\d+)*$/.test(debian) ? debian : (versionId ?? 'NA')
}

function lsb(text: FactsText, release: ReadonlyMap<string, string>): Facts {
  const file = shellPairs(text.file('/etc/lsb-release'))
  const id = file.get('DISTRIB_ID')
  if (id === undefined) return {}
  const number = file.get('DISTRIB_RELEASE') ?? release.get('VERSION_ID') ?? ''
  return {
    id,
    release: number,
    major_release: number.split('.')[0],
    codename: file.get('DISTRIB_CODENAME') ?? '',
    description: file.get('DISTRIB_DESCRIPTION') ?? '',
  }
}
