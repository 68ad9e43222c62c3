import { z } from '../runner/module/index.ts'
import { Sections, section } from './_capability-sections.ts'

/** What a host has, by kind; each a sorted list of texts. */
export const KINDS = [
  'packages',
  'residues',
  'manual',
  'mounts',
  'loops',
  'links',
  'up',
  'namespaces',
  'firewall',
  'sysctls',
  'users',
  'groups',
  'etc',
  'entries',
] as const
export type Kind = (typeof KINDS)[number]

// A record of an earlier version may lack kinds.
const lists = z.partialRecord(z.enum(KINDS), z.array(z.string()))
export type Inventory = z.output<typeof lists>

export const recordShape = z.object({
  /** Seconds since the epoch. */
  taken: z.number(),
  has: lists,
  /** Texts of files that are to be put back as they were; null for one that was not there. */
  files: z.record(z.string(), z.string().nullable()),
})
export type BaselineRecord = z.output<typeof recordShape>

/** What a cloud's network switches on or off in the kernel, below /proc/sys; some by interface. */
const SYSCTLS =
  '/proc/sys/net/ipv4/ip_forward /proc/sys/net/bridge/bridge-nf-call-* /proc/sys/net/ipv6/conf/*/disable_ipv6 /proc/sys/net/ipv6/conf/*/addr_gen_mode'

/**
 * Folders whose entries are known by name: what packages and services leave outside of /etc shows there. A log is no entry, nor is the
 * private folder that systemd gives a service that runs: they come and go by themselves.
 */
const PARENTS = '/ /etc /home /opt /root /srv /usr/local /usr/local/* /var /var/cache /var/lib /var/log /var/spool /var/tmp'

/**
 * A file of /etc is its path and its checksum's beginning, so that a changed one shows as one that went and one that came.
 */
export const INVENTORY_SCRIPT = [
  `${section('packages')} if sr_has dpkg-query; then dpkg-query -W -f '\${db:Status-Status} \${Package}\\n' | sed -n 's/^installed //p' | sort -u; fi`,
  `${section('residues')} if sr_has dpkg-query; then dpkg-query -W -f '\${db:Status-Status} \${Package}\\n' | sed -n 's/^config-files //p' | sort -u; fi`,
  `${section('manual')} if sr_has apt-mark; then apt-mark showmanual | sort; fi`,
  `${section('mounts')} sed 's/^\\([^ ]*\\) \\([^ ]*\\) \\([^ ]*\\) .*/\\2 \\3 \\1/' /proc/self/mounts | grep -vE ' (tmpfs|ramfs|proc|sysfs|devpts|mqueue|autofs) ' | sort -u`,
  `${section('loops')} for sr_p in /sys/block/loop*/loop/backing_file; do [ -r "$sr_p" ] && cat "$sr_p"; done | sort -u`,
  `${section('links')} for sr_p in /sys/class/net/*; do printf '%s\\n' "\${sr_p##*/}"; done | sort`,
  `${section('up')} for sr_p in /sys/class/net/*; do [ $(($(cat "$sr_p/flags" 2>/dev/null || echo 0) & 1)) = 0 ] || printf '%s\\n' "\${sr_p##*/}"; done | sort`,
  `${section('namespaces')} for sr_p in /run/netns/*; do [ -e "$sr_p" ] && printf '%s\\n' "\${sr_p##*/}"; done | sort`,
  `${section('firewall')} for sr_p in iptables ip6tables ebtables; do if sr_has "$sr_p-save"; then "$sr_p-save" 2>/dev/null | sed -n "s/^-A/$sr_p -A/p"; fi; done | sort`,
  `${section('sysctls')} for sr_p in ${SYSCTLS}; do [ -r "$sr_p" ] && echo "\${sr_p#/proc/sys/} $(cat "$sr_p")"; done | sort`,
  `${section('users')} cut -d: -f1,3 /etc/passwd | sort`,
  `${section('groups')} cut -d: -f1,3 /etc/group | sort`,
  `${section('etc')} if sr_has sha256sum; then { find /etc -xdev -type f ! -name '*-' ! -name ld.so.cache ! -name .pwd.lock -exec sha256sum {} + | sed 's/^\\(............\\)[0-9a-f]* .\\(.*\\)/\\2 \\1/'; find /etc -xdev -type l -exec sh -c 'for p; do echo "$p -> $(readlink "$p")"; done' - {} +; find /etc -xdev -mindepth 1 -type d | sed 's|$|/|'; } | sort; fi`,
  `${section('entries')} find ${PARENTS} -xdev -mindepth 1 -maxdepth 1 ! \\( -path '/var/log/*' -type f \\) ! -path '/var/tmp/systemd-private-*' 2>/dev/null | sort -u`,
  ':',
].join('\n')

export function inventoryOf(text: string): Inventory {
  const answers = new Sections(text)
  const rows: Inventory = {}
  for (const kind of KINDS) rows[kind] = [...answers.lines(kind)]
  return rows
}

export interface Difference {
  readonly added: readonly string[]
  readonly removed: readonly string[]
}

export function differences(before: Inventory, now: Inventory): Readonly<Record<string, Difference>> {
  return Object.fromEntries(KINDS.map((kind) => [kind, differenceOf(before[kind], now[kind])] as const))
}

/** What only one of them knows is no difference. */
function differenceOf(before: readonly string[] | undefined, now: readonly string[] | undefined): Difference {
  if (before === undefined || now === undefined) return { added: [], removed: [] }
  const [old, fresh] = [new Set(before), new Set(now)]
  return { added: now.filter((one) => !old.has(one)), removed: before.filter((one) => !fresh.has(one)) }
}
