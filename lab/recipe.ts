import { createHash } from 'node:crypto'
import { CANONICAL } from './mirror.ts'

/** What the lab's hosts are made of. The name of a base tree is the hash of this file's answers, so a change makes a new tree. */

export const RELEASE = 'bookworm'

/** A small Debian server: systemd, sshd, sudo. No Python and no tool of a cloud: playbooks bring what they need. */
export const PACKAGES: readonly string[] = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'libpam-systemd',
  'udev',
  'openssh-server',
  'sudo',
  'iproute2',
  'iputils-ping',
  'netbase',
  'ca-certificates',
  'procps',
  'kmod',
  'less',
  'util-linux-extra',
  'e2fsprogs',
  'apt-utils',
  'cron',
  'logrotate',
  'vim-tiny',
]

export const SOURCES: readonly string[] = [
  `deb ${CANONICAL.debian} ${RELEASE} main`,
  `deb ${CANONICAL.debian} ${RELEASE}-updates main`,
  `deb ${CANONICAL.security} ${RELEASE}-security main`,
]

/** Units that make no sense on a host whose clock, network and consoles are this machine's. */
const MASKED: readonly string[] = [
  'getty.target',
  'console-getty.service',
  'e2scrub_all.timer',
  'e2scrub_reap.service',
  'systemd-timesyncd.service',
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'dpkg-db-backup.timer',
  'man-db.timer',
  'systemd-udev-trigger.service',
  'systemd-resolved.service',
  'systemd-networkd.service',
  'systemd-networkd-wait-online.service',
]

export const LINKS: Readonly<Record<string, string>> = Object.fromEntries(MASKED.map((unit) => [`etc/systemd/system/${unit}`, '/dev/null']))

const LOOP_DEVICES = Array.from({ length: 64 }, (_, n) => `b! /dev/loop${String(n)} 0660 root disk - 7:${String(n)}`)

/** Files of the tree, by path. */
export const FILES: Readonly<Record<string, string>> = {
  'etc/default/locale': 'LANG=C.UTF-8\n',
  'etc/machine-id': '',
  'etc/resolv.conf': '',
  'etc/ssh/sshd_config.d/lab.conf': 'HostKey /etc/ssh/ssh_host_ed25519_key\nUseDNS no\nPermitRootLogin prohibit-password\n',
  'etc/sudoers.d/deploy': 'deploy ALL=(ALL) NOPASSWD:ALL\n',
  // A disposable host need not survive a power cut: without a flush per file apt is several times faster.
  'etc/dpkg/dpkg.cfg.d/lab': 'force-unsafe-io\n',
  // The lab's clock may be any: repositories that look expired or not yet valid are still the right ones.
  'etc/apt/apt.conf.d/00lab': [
    'Acquire::Languages "none";',
    'Acquire::Check-Valid-Until "false";',
    'Acquire::Check-Date "false";',
    '',
  ].join('\n'),
  // New device nodes of the kernel do not appear in a container's /dev: they have to be there beforehand.
  'etc/tmpfiles.d/lab.conf': [
    'c! /dev/loop-control 0660 root disk - 10:237',
    ...LOOP_DEVICES,
    'd /dev/net 0755 root root -',
    'c! /dev/net/tun 0666 root root - 10:200',
    'c! /dev/fuse 0666 root root - 10:229',
    '',
  ].join('\n'),
}

/** Users beside root: `deploy` becomes root without a password, `plain` with one. */
export const USERS: readonly string[] = ['deploy', 'plain']

/** The name of the base tree that this recipe makes, with this key in it. */
export function recipeName(publicKey: string): string {
  const recipe = JSON.stringify([RELEASE, PACKAGES, SOURCES, LINKS, FILES, USERS, publicKey])
  return createHash('sha256').update(recipe).digest('hex').slice(0, 12)
}
