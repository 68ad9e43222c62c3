import { messageOf, RunnerError } from '../../base/error.ts'
import { readTar, type TarEntry } from '../../execute/archive/index.ts'

export type { TarEntry } from '../../execute/archive/index.ts'

/** The members of a tar archive, however it is packed, with their content; by their paths without a leading `./`. */
export async function archiveEntries(path: string): Promise<readonly TarEntry[]> {
  try {
    return (await readTar(path))
      .map(({ member, content }) => ({ member: { ...member, path: plainPath(member.path) }, content }))
      .filter(({ member }) => member.path !== '')
  } catch (error) {
    throw new RunnerError('not-found', `${path} cannot be read as an archive: ${messageOf(error)}`, { cause: error })
  }
}

function plainPath(path: string): string {
  return path
    .replace(/^(\.\/)+/, '')
    .replace(/\/+$/, '')
    .replace(/^\.$/, '')
}
