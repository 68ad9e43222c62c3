import { randomBytes } from 'node:crypto'
import { chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { must } from './child.ts'
import { makeDebian } from './debian.ts'
import { exists, listFolder, place, readText } from './files.ts'
import type { Lab } from './lab.ts'
import { DIVERTED, FILES, LINKS, MODES, PACKAGES, RELEASE, recipeName, USERS } from './recipe.ts'

/** The tree that hosts are laid over, built where it is missing (about half a minute); gives its folder. */
export async function ensureBase(lab: Lab): Promise<string> {
  await ensureKey(lab)
  const publicKey = (await readText(`${lab.paths.key}.pub`)) ?? ''
  const tree = join(lab.paths.bases, recipeName(publicKey))
  if (await exists(tree)) return tree
  const started = Date.now()
  lab.say(`lab: building the base image (Debian ${RELEASE})`)
  const building = `${tree}.new`
  await rm(building, { recursive: true, force: true })
  await makeDebian(lab, { tree: building, packages: PACKAGES })
  await divert(lab, building)
  await furnish(building)
  await addUsers(lab, building, publicKey)
  await rename(building, tree)
  lab.say(`lab: base image built in ${((Date.now() - started) / 1000).toFixed(1)} s`)
  return tree
}

/** Removes all trees but the one a new host would get; no host may be left. */
export async function removeOldBases(lab: Lab): Promise<void> {
  const current = join(lab.paths.bases, recipeName((await readText(`${lab.paths.key}.pub`)) ?? ''))
  const trees = (await listFolder(lab.paths.bases)).map((name) => join(lab.paths.bases, name))
  await Promise.all(trees.filter((tree) => tree !== current).map((tree) => must(['rm', '-rf', '--one-file-system', tree], lab)))
}

/** The key every user of every host accepts, and the password of `plain` and root (for `su`), made once per lab. */
export async function ensureKey(lab: Lab): Promise<void> {
  await mkdir(lab.folder, { recursive: true })
  if (!(await exists(lab.paths.key))) await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'lab', '-f', lab.paths.key], lab)
  if (!(await exists(lab.paths.password))) await place(lab.paths.password, `${randomBytes(12).toString('base64url')}\n`, 0o600)
}

/** What is the lab's own in place of a package's file survives the package. */
async function divert(lab: Lab, tree: string): Promise<void> {
  for (const path of DIVERTED) await must(['chroot', tree, 'dpkg-divert', '--local', '--quiet', '--no-rename', '--add', path], lab)
}

async function furnish(tree: string): Promise<void> {
  for (const [path, target] of Object.entries(LINKS)) {
    await rm(join(tree, path), { recursive: true, force: true })
    await mkdir(join(tree, path, '..'), { recursive: true })
    await symlink(target, join(tree, path))
  }
  for (const [path, text] of Object.entries(FILES)) await place(join(tree, path), text)
  for (const [path, mode] of Object.entries(MODES)) await chmod(join(tree, path), mode)
}

async function addUsers(lab: Lab, tree: string, publicKey: string): Promise<void> {
  const password = ((await readText(lab.paths.password)) ?? '').trim()
  for (const user of USERS) await must(['chroot', tree, 'useradd', '--create-home', '--shell', '/bin/bash', '--groups', 'sudo', user], lab)
  await must(['chroot', tree, 'chpasswd', '--crypt-method', 'SHA512'], {
    signal: lab.signal,
    stdin: `plain:${password}\nroot:${password}\n`,
  })
  for (const home of ['root', ...USERS.map((user) => `home/${user}`)]) {
    await mkdir(join(tree, home, '.ssh'), { recursive: true, mode: 0o700 })
    await writeFile(join(tree, home, '.ssh/authorized_keys'), publicKey, { mode: 0o600 })
  }
  for (const user of USERS) await must(['chroot', tree, 'chown', '-R', `${user}:${user}`, `/home/${user}`], lab)
}
