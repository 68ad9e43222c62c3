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

/** Units that would run in the middle of a test. */
export const DISTURBING: readonly string[] = [
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'dpkg-db-backup.timer',
  'man-db.timer',
  'e2scrub_all.timer',
  'e2scrub_reap.service',
]

/** Units that make no sense on a host whose clock, network and consoles are this machine's. */
const SHARED: readonly string[] = [
  'getty.target',
  'console-getty.service',
  'systemd-timesyncd.service',
  'systemd-udev-trigger.service',
  'systemd-resolved.service',
  'systemd-networkd.service',
  'systemd-networkd-wait-online.service',
]

export const LINKS: Readonly<Record<string, string>> = maskedUnits([...DISTURBING, ...SHARED])

const LOOP_DEVICES = Array.from({ length: 64 }, (_, n) => `b! /dev/loop${String(n)} 0660 root disk - 7:${String(n)}`)

/** Where a host has the folders that the lab's file server exports. */
export const EXPORTS = '/srv/exports'

/**
 * The kernel of a lab host may have no NFS, and the lab has no NFS server: this program, which `mount -t nfs` runs, binds the
 * folder that all hosts of the lab share. Services that mount an export and put files there do not see a difference.
 */
const MOUNT_NFS = `#!/bin/sh
# The lab's stand-in for mount.nfs: the exports of 'gateway' are folders that all hosts of the lab share.
# mount.nfs EXPORT FOLDER [options]
name=\${1#gateway:/}
if [ "$name" = "$1" ]; then
  echo "mount.nfs: the lab's only file server is 'gateway': cannot mount $1" >&2
  exit 32
fi
if [ ! -d "${EXPORTS}/$name" ]; then
  echo "mount.nfs: gateway does not export /$name" >&2
  exit 32
fi
exec mount --bind "${EXPORTS}/$name" "$2"
`

/** Programs that a package brought later does not take the place of. */
export const DIVERTED: readonly string[] = ['/sbin/mount.nfs']

/** Files of the tree, by path. */
export const FILES: Readonly<Record<string, string>> = {
  'etc/default/locale': 'LANG=C.UTF-8\n',
  'etc/machine-id': '',
  'etc/resolv.conf': '',
  'etc/ssh/sshd_config.d/lab.conf': 'HostKey /etc/ssh/ssh_host_ed25519_key\nUseDNS no\nPermitRootLogin prohibit-password\n',
  'etc/sudoers.d/deploy': 'deploy ALL=(ALL) NOPASSWD:ALL\n',
  'sbin/mount.nfs': MOUNT_NFS,
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

/** Modes of files that are not 0644. */
export const MODES: Readonly<Record<string, number>> = { 'etc/sudoers.d/deploy': 0o440, 'sbin/mount.nfs': 0o755 }

/** Users beside root: `deploy` becomes root without a password, `plain` with one. */
export const USERS: readonly string[] = ['deploy', 'plain']

/** The links that keep units from being started, by anybody. */
export function maskedUnits(units: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(units.map((unit) => [`etc/systemd/system/${unit}`, '/dev/null']))
}

/** The name of the base tree that this recipe makes, with this key in it. */
export function recipeName(publicKey: string): string {
  const recipe = JSON.stringify([RELEASE, PACKAGES, SOURCES, LINKS, FILES, MODES, DIVERTED, USERS, publicKey])
  return createHash('sha256').update(recipe).digest('hex').slice(0, 12)
}
