import { shellPairs, type FactsText } from './_facts-text.ts'

type Facts = Record<string, unknown>

/** Distribution, kernel, names, user, shell environment, programs and keys. */
export function systemFacts(text: FactsText): Facts {
  return {
    ...distributionFacts(text),
    ...kernelFacts(text),
    ...nameFacts(text),
    ...userFacts(text),
    ...programFacts(text),
    ...securityFacts(text),
    ...hostKeys(text),
    env: environment(text.section('environ')),
    dns: resolver(text.file('/etc/resolv.conf') ?? ''),
    cmdline: commandLine(text.line('/proc/cmdline') ?? '', 'last'),
    proc_cmdline: commandLine(text.line('/proc/cmdline') ?? '', 'all'),
    machine_id: text.line('/etc/machine-id') ?? '',
    is_chroot: chrooted(text.lines('roots')),
    loadavg: loadAverage(text.line('/proc/loadavg')),
  }
}

const NAMES: Readonly<Record<string, string>> = {
  debian: 'Debian', ubuntu: 'Ubuntu', raspbian: 'Raspbian', linuxmint: 'Linux Mint', kali: 'Kali', devuan: 'Devuan', rhel: 'RedHat', centos: 'CentOS', fedora: 'Fedora',
  rocky: 'Rocky', almalinux: 'AlmaLinux', ol: 'OracleLinux', amzn: 'Amazon', alpine: 'Alpine', arch: 'Archlinux', gentoo: 'Gentoo', sles: 'SLES',
  'opensuse-leap': 'openSUSE Leap', 'opensuse-tumbleweed': 'openSUSE Tumbleweed', void: 'Void', nixos: 'NixOS', openwrt: 'OpenWrt',
}

const FAMILIES: readonly (readonly [string, readonly string[]])[] = [
  ['Debian', ['debian', 'ubuntu', 'raspbian', 'linuxmint', 'kali', 'devuan']],
  ['RedHat', ['rhel', 'centos', 'fedora', 'rocky', 'almalinux', 'ol', 'amzn']],
  ['Suse', ['sles', 'suse', 'opensuse', 'opensuse-leap', 'opensuse-tumbleweed']],
  ['Alpine', ['alpine']],
  ['Archlinux', ['arch']],
  ['Gentoo', ['gentoo']],
]

function distributionFacts(text: FactsText): Facts {
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
  return { id, release: number, major_release: number.split('.')[0], codename: file.get('DISTRIB_CODENAME') ?? '', description: file.get('DISTRIB_DESCRIPTION') ?? '' }
}

function kernelFacts(text: FactsText): Facts {
  const machine = text.section('machine')
  const bits = /64|s390x/.test(machine) ? '64' : '32'
  const architecture = /^i[3-6]86$/.test(machine) ? 'i386' : machine
  return {
    system: text.line('/proc/sys/kernel/ostype') ?? 'Linux',
    kernel: text.line('/proc/sys/kernel/osrelease') ?? '',
    kernel_version: text.line('/proc/sys/kernel/version') ?? '',
    machine,
    architecture,
    userspace_bits: bits,
    userspace_architecture: architecture,
  }
}

function nameFacts(text: FactsText): Facts {
  const nodename = text.line('/proc/sys/kernel/hostname') ?? ''
  const fqdn = text.section('fqdn') === '' ? nodename : text.section('fqdn')
  return { nodename, hostname: nodename.split('.')[0], fqdn, domain: fqdn.split('.').slice(1).join('.') }
}

function userFacts(text: FactsText): Facts {
  const [name = '', , uid, gid, gecos = '', dir = '', shell = ''] = text.section('passwd').split(':')
  const [uids = [], gids = []] = text.lines('ids').map((line) => line.split(/\s+/).map(Number))
  const own = /^uid=(\d+)(?:\(([^)]*)\))? gid=(\d+)/.exec(text.section('id'))
  const user = Number(own?.[1] ?? uid ?? 0)
  const group = Number(own?.[3] ?? gid ?? 0)
  return {
    user_id: own?.[2] ?? name,
    user_uid: user,
    user_gid: group,
    user_gecos: gecos,
    user_dir: dir,
    user_shell: shell,
    real_user_id: uids[0] ?? user,
    effective_user_id: uids[1] ?? user,
    real_group_id: gids[0] ?? group,
    effective_group_id: gids[1] ?? group,
  }
}

const PACKAGE_MANAGERS: readonly (readonly [string, string])[] = [
  ['apt-get', 'apt'], ['dnf5', 'dnf5'], ['dnf', 'dnf'], ['yum', 'yum'], ['zypper', 'zypper'], ['apk', 'apk'], ['pacman', 'pacman'], ['emerge', 'portage'], ['xbps-install', 'xbps'], ['opkg', 'opkg'],
]

function programFacts(text: FactsText): Facts {
  const python = text.section('python')
  const version = /Python (\d+)\.(\d+)\.(\d+)\S*/.exec(text.section('version'))
  return {
    pkg_mgr: PACKAGE_MANAGERS.find(([program]) => text.program(program) !== undefined)?.[1] ?? 'unknown',
    service_mgr: serviceManager(text),
    ...(python === '' || version === null ? {} : { python_version: version[0].slice('Python '.length), python: pythonFacts(python, version.slice(1, 4).map(Number)) }),
  }
}

function pythonFacts(executable: string, version: readonly number[]): Facts {
  const [major, minor, micro] = version
  return { executable, type: 'cpython', has_sslcontext: true, version: { major, minor, micro, releaselevel: 'final', serial: 0 }, version_info: [major, minor, micro, 'final', 0] }
}

function serviceManager(text: FactsText): string {
  const init = text.line('/proc/1/comm') ?? ''
  if (text.has('/run/systemd/system') || init === 'systemd') return 'systemd'
  if (text.program('openrc') !== undefined) return 'openrc'
  if (text.program('initctl') !== undefined) return 'upstart'
  if (init === 'runit-init' || init === 'runit') return 'runit'
  return text.has('/etc/init.d') ? 'sysvinit' : 'service'
}

function securityFacts(text: FactsText): Facts {
  const enforce = text.line('/sys/fs/selinux/enforce')
  const config = shellPairs(text.file('/etc/selinux/config'))
  const modes = { config_mode: config.get('SELINUX') ?? 'unknown', type: config.get('SELINUXTYPE') ?? 'unknown', policyvers: text.line('/sys/fs/selinux/policyvers') ?? 'unknown' }
  return {
    selinux: enforce === undefined ? { status: 'disabled' } : { status: 'enabled', mode: enforce === '1' ? 'enforcing' : 'permissive', ...modes },
    apparmor: { status: text.line('/sys/module/apparmor/parameters/enabled') === 'Y' ? 'enabled' : 'disabled' },
    fips: text.line('/proc/sys/crypto/fips_enabled') === '1',
  }
}

function hostKeys(text: FactsText): Facts {
  const out: Facts = {}
  for (const match of text.matching(/^\/etc\/ssh\/ssh_host_(\w+)_key\.pub$/)) {
    const [type = '', key = ''] = (text.line(match[0]) ?? '').split(' ')
    out[`ssh_host_key_${match[1] ?? ''}_public`] = key
    out[`ssh_host_key_${match[1] ?? ''}_public_keytype`] = type
  }
  return out
}

function environment(text: string): Facts {
  const pairs = text.split('\0').filter((line) => line.includes('='))
  return Object.fromEntries(pairs.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
}

function resolver(text: string): Facts {
  const rows = text.split('\n').map((line) => line.replace(/[#;].*$/, '').trim().split(/\s+/))
  const all = (word: string): readonly string[] => rows.filter((row) => row[0] === word).flatMap((row) => row.slice(1))
  const options = all('options').map((option) => option.split(':'))
  return {
    ...given('nameservers', all('nameserver')),
    ...given('search', all('search')),
    ...(all('domain')[0] === undefined ? {} : { domain: all('domain')[0] }),
    ...given('sortlist', all('sortlist')),
    ...(options.length === 0 ? {} : { options: Object.fromEntries(options.map(([name, value]) => [name, value ?? true])) }),
  }
}

function given(name: string, list: readonly string[]): Facts {
  return list.length === 0 ? {} : { [name]: list }
}

function commandLine(line: string, how: 'last' | 'all'): Facts {
  const out: Facts = {}
  for (const word of line.match(/(?:[^\s"]|"[^"]*")+/g) ?? []) {
    const at = word.indexOf('=')
    const key = at < 0 ? word : word.slice(0, at)
    const value = at < 0 ? true : word.slice(at + 1).replaceAll('"', '')
    const old = out[key]
    out[key] = how === 'last' || old === undefined ? value : [...(Array.isArray(old) ? old : [old]), value]
  }
  return out
}

/** `/` of the session against `/` of process 1; where that may not be seen, the answer is no. */
function chrooted(roots: readonly string[]): boolean {
  const [own, init] = roots
  return own !== undefined && init !== undefined && own !== init
}

function loadAverage(line: string | undefined): Facts {
  const [one, five, fifteen] = (line ?? '').split(' ').map(Number)
  return { '1m': one ?? 0, '5m': five ?? 0, '15m': fifteen ?? 0 }
}
