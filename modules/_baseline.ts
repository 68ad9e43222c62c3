import { z } from '../runner/module/index.ts'
import { Sections, section } from './_capability-sections.ts'

/** What a host has, by kind; each a sorted list of texts. */
export const KINDS = ['packages', 'manual', 'mounts', 'loops', 'links', 'users', 'groups', 'etc'] as const
export type Kind = (typeof KINDS)[number]

const lists = z.record(z.enum(KINDS), z.array(z.string()))
export type Inventory = z.output<typeof lists>

export const recordShape = z.object({
  /** Seconds since the epoch. */
  taken: z.number(),
  has: lists,
  /** Texts of files that are to be put back as they were; null for one that was not there. */
  files: z.record(z.string(), z.string().nullable()),
})
export type BaselineRecord = z.output<typeof recordShape>

/** A file of /etc is its path and its checksum's beginning, so that a changed one shows as one that went and one that came. */
export const INVENTORY_SCRIPT = [
  `${section('packages')} if sr_has dpkg-query; then dpkg-query -W -f '\${db:Status-Status} \${Package}\\n' | sed -n 's/^installed //p' | sort -u; fi`,
  `${section('manual')} if sr_has apt-mark; then apt-mark showmanual | sort; fi`,
  `${section('mounts')} sed 's/^\\([^ ]*\\) \\([^ ]*\\) \\([^ ]*\\) .*/\\2 \\3 \\1/' /proc/self/mounts | grep -vE ' (tmpfs|ramfs|proc|sysfs|devpts|mqueue|autofs) ' | sort -u`,
  `${section('loops')} for sr_p in /sys/block/loop*/loop/backing_file; do [ -r "$sr_p" ] && cat "$sr_p"; done | sort -u`,
  `${section('links')} for sr_p in /sys/class/net/*; do printf '%s\\n' "\${sr_p##*/}"; done | sort`,
  `${section('users')} cut -d: -f1,3 /etc/passwd | sort`,
  `${section('groups')} cut -d: -f1,3 /etc/group | sort`,
  `${section('etc')} if sr_has sha256sum; then find /etc -xdev -type f ! -name '*-' ! -name ld.so.cache ! -name .pwd.lock -exec sha256sum {} + | sed 's/^\\(............\\)[0-9a-f]* .\\(.*\\)/\\2 \\1/' | sort; fi`,
  ':',
].join('\n')

export function inventoryOf(text: string): Inventory {
  const answers = new Sections(text)
  const rows: Partial<Record<Kind, string[]>> = {}
  for (const kind of KINDS) rows[kind] = [...answers.lines(kind)]
  return lists.parse(rows)
}

export interface Difference {
  readonly added: readonly string[]
  readonly removed: readonly string[]
}

export function differences(before: Inventory, now: Inventory): Readonly<Record<string, Difference>> {
  return Object.fromEntries(KINDS.map((kind) => [kind, differenceOf(before[kind], now[kind])] as const))
}

function differenceOf(before: readonly string[], now: readonly string[]): Difference {
  const [old, fresh] = [new Set(before), new Set(now)]
  return { added: now.filter((one) => !old.has(one)), removed: before.filter((one) => !fresh.has(one)) }
}
