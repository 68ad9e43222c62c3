import { quote } from '../base/quote.ts'

/** The groups of facts that cost something to gather; what is not here is always gathered. */
export type FactGroup = 'hardware' | 'network' | 'virtual' | 'local'

const ALWAYS = [
  '/etc/os-release',
  '/usr/lib/os-release',
  '/etc/debian_version',
  '/etc/lsb-release',
  '/etc/machine-id',
  '/etc/resolv.conf',
  '/proc/cmdline',
  '/proc/1/comm',
  '/proc/loadavg',
  '/proc/sys/kernel/hostname',
  '/proc/sys/kernel/ostype',
  '/proc/sys/kernel/osrelease',
  '/proc/sys/kernel/version',
  '/proc/sys/crypto/fips_enabled',
  '/sys/fs/selinux/enforce',
  '/sys/fs/selinux/policyvers',
  '/etc/selinux/config',
  '/sys/module/apparmor/parameters/enabled',
  '/etc/ssh/ssh_host_*_key.pub',
] as const

const HARDWARE = [
  '/proc/meminfo',
  '/proc/uptime',
  '/proc/cpuinfo',
  '/proc/self/mounts',
  '/proc/self/status',
  '/sys/class/dmi/id/[bcps]*',
  '/sys/block/*/size',
  '/sys/block/*/removable',
  '/sys/block/*/queue/rotational',
  '/sys/block/*/queue/logical_block_size',
  '/sys/block/*/device/model',
  '/sys/block/*/device/vendor',
  '/sys/block/*/*/partition',
  '/sys/block/*/*/size',
  '/sys/block/*/*/start',
] as const

const NETWORK = [
  '/sys/class/net/*/mtu',
  '/sys/class/net/*/address',
  '/sys/class/net/*/operstate',
  '/sys/class/net/*/type',
  '/sys/class/net/*/speed',
  '/proc/net/if_inet6',
  '/proc/net/route',
] as const

const VIRTUAL = [
  '/sys/class/dmi/id/[bcps]*',
  '/proc/cpuinfo',
  '/run/systemd/container',
  '/run/host/container-manager',
  '/proc/1/cgroup',
  '/proc/xen/capabilities',
] as const

/**
 * One script for all facts that are wanted. Files are read by a single `grep`, which puts each file's name before its lines;
 * what programs tell comes in sections, each behind a line that begins with a control byte.
 */
export function factsScript(groups: ReadonlySet<FactGroup>, factPath: string): string {
  const files = new Set<string>([
    ...ALWAYS,
    ...(groups.has('hardware') ? HARDWARE : []),
    ...(groups.has('network') ? NETWORK : []),
    ...(groups.has('virtual') ? VIRTUAL : []),
  ])
  return [
    'sr_s() { printf \'\\n\\001%s\\n\' "$1"; }',
    `sr_s files; LC_ALL=C grep -sH '' ${[...files].join(' ')}`,
    BASE,
    groups.has('hardware') ? MOUNTS : '',
    groups.has('network') ? ADDRESSES : '',
    groups.has('virtual') ? CONTAINER : '',
    groups.has('local') ? localFacts(factPath) : '',
    ':',
  ].join('\n')
}

const BASE = `
sr_s machine; uname -m
sr_s fqdn; hostname -f 2>/dev/null
sr_s date; date '+%s %z %Z'
sr_s zone; [ -r /etc/localtime ] && tail -n 1 /etc/localtime 2>/dev/null
sr_s id; id
sr_s passwd; sr_x=$(id -un) && sr_getent passwd "$sr_x"
sr_s ids; sed -n 's/^[UG]id:[[:space:]]*//p' /proc/self/status 2>/dev/null
sr_s environ; cat /proc/self/environ 2>/dev/null
sr_s roots; stat -L -c %d:%i / /proc/1/root/. 2>/dev/null
sr_s programs; for sr_p in apt-get dnf5 dnf yum zypper apk pacman emerge xbps-install opkg openrc initctl systemctl setenforce; do sr_which "$sr_p"; done
sr_s marks; for sr_p in /run/systemd/system /.dockerenv /run/.containerenv /dev/kvm /etc/init.d /proc/vz /proc/bc; do [ -e "$sr_p" ] && printf '%s\\n' "$sr_p"; done
sr_s python; sr_which python3 || sr_which /usr/libexec/platform-python || sr_which python
sr_s version; for sr_p in python3 /usr/libexec/platform-python python; do if sr_has "$sr_p"; then "$sr_p" -V 2>&1; break; fi; done`

/** Only mounts of devices and network shares; a share whose server is gone must not stop the run. */
const MOUNTS = `
sr_s sizes; sr_t=; sr_has timeout && sr_t='timeout 10'
while read -r sr_dev sr_p sr_x; do
  case $sr_dev in /*|*:/*) ;; *) continue ;; esac
  case $sr_p in *\\\\*) sr_p=$(printf '%b' "$sr_p") ;; esac
  sr_x=$($sr_t stat -f -c '%S:%b:%f:%a:%c:%d' -- "$sr_p" 2>/dev/null) && printf '%s %s\\n' "$sr_x" "$sr_p"
done </proc/self/mounts
sr_s uuids; [ -d /dev/disk/by-uuid ] && ls -l /dev/disk/by-uuid`

const ADDRESSES = `
sr_s addresses; if sr_has ip; then ip -o addr show; else hostname -I; fi 2>/dev/null
sr_s route4; sr_has ip && ip -4 route get 8.8.8.8 2>/dev/null
sr_s route6; sr_has ip && ip -6 route get 2404:6800:400a:800::1012 2>/dev/null
sr_s nets; for sr_p in /sys/class/net/*; do sr_x=\${sr_p##*/}; [ -d "$sr_p/bridge" ] && sr_x="$sr_x bridge"; [ -d "$sr_p/bonding" ] && sr_x="$sr_x bonding"; printf '%s\\n' "$sr_x"; done`

const CONTAINER = `
sr_s init; [ -r /proc/1/environ ] && tr '\\000' '\\n' </proc/1/environ 2>/dev/null | grep '^container='`

function localFacts(factPath: string): string {
  return `
for sr_p in ${quote(factPath)}/*.fact; do
  [ -f "$sr_p" ] || continue
  sr_s "fact $sr_p"
  if [ -x "$sr_p" ]; then "$sr_p" </dev/null 2>/dev/null; else cat "$sr_p"; fi
  sr_s "rc $?"
done`
}
