import { chmod, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Lab } from './lab.ts'
import { EXPORTS } from './recipe.ts'

/** What the lab's file server exports, by name; every user may write, as on a share without root squashing. */
const NAMES = ['volumes'] as const

/**
 * Makes the folder that stands behind the lab's file server. Each host has it at the same place; `mount -t nfs gateway:/volumes`
 * puts a part of it where an NFS export would come (see the recipe's mount.nfs).
 */
export async function ensureShare(lab: Lab): Promise<void> {
  await mkdir(lab.paths.share, { recursive: true, mode: 0o700 })
  for (const name of NAMES) {
    const folder = join(lab.paths.share, name)
    await mkdir(folder, { recursive: true })
    await chmod(folder, 0o777)
  }
}

/** The option of nspawn that shows a host the folder. */
export function shareOption(lab: Lab): string {
  return `--bind=${lab.paths.share}:${EXPORTS}`
}

/** Throws away all that the hosts put into the folder. */
export async function removeShare(lab: Lab): Promise<void> {
  await rm(lab.paths.share, { recursive: true, force: true })
}
