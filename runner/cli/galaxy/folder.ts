import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { TreeEntry } from './tree.ts'

/** A folder as it is, without what git keeps in it. */
export function folderEntries(root: string, below = ''): readonly TreeEntry[] {
  return readdirSync(join(root, below))
    .filter((name) => name !== '.git')
    .sort()
    .flatMap((name): readonly TreeEntry[] => {
      const path = below === '' ? name : `${below}/${name}`
      const full = join(root, path)
      const stat = lstatSync(full)
      if (stat.isSymbolicLink()) return [{ path, type: 'link', target: readlinkSync(full) }]
      if (stat.isDirectory()) return [{ path, type: 'directory' }, ...folderEntries(root, path)]
      return stat.isFile() ? [{ path, type: 'file', content: readFileSync(full), executable: (stat.mode & 0o100) !== 0 }] : []
    })
}
