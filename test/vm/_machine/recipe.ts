import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { DISTURBING, FILES, MODES, maskedUnits, PACKAGES, RELEASE, SOURCES } from '../../../lab/recipe.ts'

/** What the machines are made of. Their image's name is the hash of this, so that a change makes a new image. */
export interface Recipe {
  readonly release: string
  readonly sources: readonly string[]
  readonly packages: readonly string[]
  readonly files: Readonly<Record<string, string>>
  readonly modes: Readonly<Record<string, number>>
  readonly links: Readonly<Record<string, string>>
  /** Units that wait for a playbook to start them: an emulated boot with unconfigured services takes minutes. */
  readonly disabled: readonly string[]
}

/** What the lab's hosts have, and a kernel of its own. */
const SYSTEM = [...PACKAGES, 'linux-image-cloud-amd64', 'initramfs-tools']

/** Files that are as on the lab's hosts. */
const SHARED = [
  'etc/default/locale',
  'etc/machine-id',
  'etc/ssh/sshd_config.d/lab.conf',
  'etc/dpkg/dpkg.cfg.d/lab',
  'etc/apt/apt.conf.d/00lab',
]

export async function readRecipe(): Promise<Recipe> {
  return {
    release: RELEASE,
    sources: SOURCES,
    packages: [...SYSTEM, ...(await packagesOfRoles())],
    files: { ...Object.fromEntries(SHARED.map((path) => [path, FILES[path] ?? ''])), 'etc/fstab': '/dev/vda / ext4 noatime 0 1\n' },
    modes: MODES,
    links: {
      ...maskedUnits(DISTURBING),
      [`etc/systemd/system/multi-user.target.wants/systemd-networkd.service`]: '/lib/systemd/system/systemd-networkd.service',
    },
    disabled: ['cinder-volume', 'tgt', 'nfs-server', 'systemd-networkd-wait-online'],
  }
}

export function imageName(recipe: Recipe): string {
  return `image-${createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 12)}`
}

/**
 * What the roles install on a volume host. It is in the image already, because a package's scripts take many times as long on an
 * emulated processor; that the roles install packages is shown on the lab's hosts.
 */
async function packagesOfRoles(): Promise<readonly string[]> {
  const cinder = z.looseObject({ cinder_volume_tools: z.array(z.string()) }).parse(await readRole('cinder/vars/main/configuration.yml'))
  const common = z
    .looseObject({ common_packages: z.array(z.string()), common_time_service: z.string() })
    .parse(await readRole('common/defaults/main.yml'))
  return ['cinder-volume', ...cinder.cinder_volume_tools, ...common.common_packages, common.common_time_service]
}

async function readRole(path: string): Promise<unknown> {
  return parse(await readFile(join(import.meta.dirname, '../../../roles', path), 'utf8'))
}
