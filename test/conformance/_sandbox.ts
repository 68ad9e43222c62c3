import { existsSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Case, HERE } from './_case.ts'

export interface Sandbox {
  /** Holds the copy and what belongs to the run; on both sides its path is of the same length. */
  readonly root: string
  readonly folder: string
}

/** A copy of the case with the common inventory in it, for playbooks write files; taken away afterwards. */
export async function inSandbox<T>(each: Case, work: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  const root = await mkdtemp('/tmp/conformance-')
  const folder = join(root, 'case')
  try {
    await cp(each.folder, folder, { recursive: true, filter: (path) => !/\/(case\.yml|answer\.json|ours\.json)$/.test(path) })
    if (!existsSync(join(folder, 'hosts.ini'))) await cp(join(HERE, 'hosts.ini'), join(folder, 'hosts.ini'))
    return await work({ root, folder })
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}
