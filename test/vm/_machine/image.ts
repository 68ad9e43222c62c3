import { chmod, copyFile, mkdir, rename, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { must } from '../../../lab/child.ts'
import { makeDebian } from '../../../lab/debian.ts'
import { exists, listFolder, place } from '../../../lab/files.ts'
import type { Lab } from '../../../lab/lab.ts'
import { imageName, type Recipe, readRecipe } from './recipe.ts'
import { STORE } from './store.ts'

/** What a machine boots from. The disk is nobody's: each machine has a copy with a name and keys. */
export interface Image {
  readonly disk: string
  readonly kernel: string
  readonly initrd: string
}

/** Sparse: it takes room as it is written to. */
const DISK_SIZE = '12G'

/** The image of the recipe, built where it is missing (two minutes on a quiet machine) in place of older ones. */
export async function ensureImage(lab: Lab): Promise<Image> {
  const recipe = await readRecipe()
  const folder = join(STORE, imageName(recipe))
  if (!(await exists(folder))) {
    for (const old of await listFolder(STORE)) if (old.startsWith('image-')) await remove(lab, join(STORE, old))
    await build(lab, recipe, `${folder}.new`)
    await rename(`${folder}.new`, folder)
  }
  return { disk: join(folder, 'disk.img'), kernel: join(folder, 'vmlinuz'), initrd: join(folder, 'initrd') }
}

async function build(lab: Lab, recipe: Recipe, folder: string): Promise<void> {
  const tree = join(folder, 'tree')
  await makeDebian(lab, { tree, packages: recipe.packages, lists: 'keep' })
  await furnish(lab, recipe, tree)
  for (const name of await listFolder(join(tree, 'boot'))) {
    if (name.startsWith('vmlinuz-')) await copyFile(join(tree, 'boot', name), join(folder, 'vmlinuz'))
    if (name.startsWith('initrd.img-')) await copyFile(join(tree, 'boot', name), join(folder, 'initrd'))
  }
  const disk = join(folder, 'disk.img')
  await must(['truncate', '--size', DISK_SIZE, disk], lab)
  await must(['mke2fs', '-q', '-t', 'ext4', '-F', disk], lab)
  await copyInto(lab, disk, tree)
  await remove(lab, tree)
}

async function furnish(lab: Lab, recipe: Recipe, tree: string): Promise<void> {
  await must(['chroot', tree, 'systemctl', '--quiet', 'disable', ...(await known(tree, recipe.disabled))], lab)
  for (const [path, target] of Object.entries(recipe.links)) {
    await mkdir(dirname(join(tree, path)), { recursive: true })
    await rm(join(tree, path), { force: true })
    await symlink(target, join(tree, path))
  }
  for (const [path, text] of Object.entries(recipe.files)) {
    await place(join(tree, path), text)
    await chmod(join(tree, path), recipe.modes[path] ?? 0o644)
  }
}

async function known(tree: string, units: readonly string[]): Promise<readonly string[]> {
  const there = await Promise.all(units.map((unit) => exists(join(tree, `lib/systemd/system/${unit}.service`))))
  return units.filter((_, index) => there[index])
}

/** The mount is seen by this command alone and goes with it, however it ends; so does its loop device. */
const COPY_INTO = 'mount -o loop "$1" "$2" && cp -a "$3/." "$2/" && umount "$2"'

/** Copies the content of a folder into the file system that is in a file. */
export async function copyInto(lab: Lab, disk: string, folder: string): Promise<void> {
  const mountPoint = `${disk}.mnt`
  await mkdir(mountPoint, { recursive: true })
  const private_ = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', COPY_INTO, 'sh'] as const
  await must([...private_, disk, mountPoint, folder], { signal: lab.signal, timeout: 1800 })
  await rm(mountPoint, { recursive: true })
}

async function remove(lab: Lab, path: string): Promise<void> {
  await must(['rm', '-rf', '--one-file-system', path], { signal: lab.signal, timeout: 300 })
}
