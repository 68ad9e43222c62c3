import { posix } from 'node:path'
import { type Probe, quote, type ReadOnlyHost } from '../runner/module/index.ts'
import { expandPath } from './_expand.ts'

export type Found = 'yes' | 'no' | 'unknown'

/** Does a path, or anything that a pattern matches, exist? A link counts by what it points to. */
export async function pathExists(host: ReadOnlyHost, argument: string, folder?: string): Promise<Found> {
  const path = posix.resolve(folder ?? '/', await expandPath(host, argument))
  if (/[*?[]/.test(path)) return (await host.probe(globProbe(path))) ? 'yes' : 'no'
  const file = await host.file(path, { follow: true })
  return file.type === 'unknown' ? 'unknown' : file.type === 'absent' ? 'no' : 'yes'
}

function globProbe(pattern: string): Probe<boolean> {
  const word = pattern
    .split(/([*?[\]])/)
    .map((part, index) => (index % 2 === 1 ? part : part === '' ? '' : quote(part)))
    .join('')
  return {
    kind: 'glob',
    key: pattern,
    script: `(for each in ${word}; do if [ -e "$each" ]; then exit 0; fi; done; exit 1)`,
    parse: (answer) => answer.rc === 0,
  }
}
