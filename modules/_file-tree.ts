import { posix } from 'node:path'
import { type FileStat, type Probe, quote, type ReadOnlyHost } from '../runner/module/index.ts'

/** One thing in a directory. */
export interface TreeEntry {
  readonly path: string
  readonly file: FileStat
}

/** All that is below a directory, with its attributes; links as links. */
export async function readTree(host: ReadOnlyHost, folder: string): Promise<readonly TreeEntry[]> {
  const paths = await host.probe(listing(folder))
  const entries = await Promise.all(paths.map(async (path) => ({ path, file: await host.file(path) })))
  return entries.flatMap(({ path, file }) => (file.type === 'absent' || file.type === 'unknown' ? [] : [{ path, file }]))
}

function listing(folder: string): Probe<readonly string[]> {
  return {
    kind: 'tree_listing',
    key: folder,
    // A name with a newline in it comes out in two lines, neither of which is there.
    script: `(cd ${quote(folder)} && find . ! -name .)`,
    parse: ({ text }) =>
      text
        .split('\n')
        .filter((line) => line.startsWith('./'))
        .map((line) => posix.join(folder, line)),
  }
}
