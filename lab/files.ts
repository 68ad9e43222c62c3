import { access, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** A file's text, or undefined where it cannot be read. */
export async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}

/** The names in a folder, sorted; none where there is no such folder. */
export async function listFolder(path: string): Promise<readonly string[]> {
  const names = await readdir(path).catch(() => [])
  return names.sort()
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** Writes a file and the folders above it. */
export async function place(path: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text, { mode })
}

/** Writes a file that others may be reading: they see the old text or the new one. */
export async function replace(path: string, text: string, mode = 0o644): Promise<void> {
  await place(`${path}.new`, text, mode)
  await rename(`${path}.new`, path)
}
