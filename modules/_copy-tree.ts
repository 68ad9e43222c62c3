import { basename, join, posix } from 'node:path'
import {
  type Change,
  Failure,
  type FileState,
  fail,
  type LocalFiles,
  type ModuleContext,
  type ReadOnlyHost,
} from '../runner/module/index.ts'
import { attributeChanges, isStat, type Owners, readIdentity, readOwners } from './_attributes.ts'
import { localPayload } from './_copy-payload.ts'
import { type DeployArgs, deploymentChanges, type Payload, preserved } from './_deploy.ts'
import { directoryChange } from './_directory.ts'
import { expandPath } from './_expand.ts'

/** A folder of the controller and the places of its files and folders on the host. */
export interface TreeCopy {
  readonly dest: string
  readonly owners: Owners
  readonly folders: readonly { readonly path: string; readonly state: FileState }[]
  readonly files: readonly { readonly path: string; readonly payload: Payload; readonly state: FileState }[]
}

export interface TreeArgs extends DeployArgs {
  readonly src?: string | undefined
  readonly directory_mode?: string | undefined
  /** Open sources that are encrypted with the vault; undefined is yes. */
  readonly decrypt?: boolean | undefined
}

interface Entry {
  /** Below the destination. */
  readonly path: string
  readonly source: string
  readonly type: 'file' | 'directory'
}

/** Reads all places in one request. */
export async function readTree(
  host: ReadOnlyHost,
  task: TreeArgs,
  from: { readonly path: string; readonly context: ModuleContext },
): Promise<TreeCopy | Failure> {
  const { local, diff } = from.context
  const dest = await expandPath(host, task.dest)
  const whole = task.src?.endsWith('/') === true ? '' : basename(from.path)
  const entries = await entriesOf(local, { root: from.path, below: whole })
  const want = { sha256: true, follow: true, ...(diff ? { content: 104_448 } : {}) }
  const folderPaths = ['', ...entries.filter((entry) => entry.type === 'directory').map((entry) => entry.path)]
  // Loaded first, so that all questions to the host are asked at once.
  const loaded = await payloads(local, entries, task.decrypt !== false)
  const [folders, files, me] = await Promise.all([
    Promise.all(
      folderPaths.map(async (path) => ({ path: posix.join(dest, path), state: await host.file(posix.join(dest, path), { follow: true }) })),
    ),
    Promise.all(
      loaded.map(async ({ path, payload }) => ({
        path: posix.join(dest, path),
        payload,
        state: await host.file(posix.join(dest, path), want),
      })),
    ),
    readIdentity(host),
  ])
  const inTheWay = folders.find(({ state }) => isStat(state) && state.type !== 'directory')
  if (inTheWay !== undefined) return fail(`${inTheWay.path} is not a directory`)
  const owners = await readOwners(host, task, ...[...folders, ...files].map(({ state }) => state))
  return owners instanceof Failure ? owners : { dest, owners: { ...owners, me }, folders, files }
}

export function treeChanges(tree: TreeCopy, task: TreeArgs): readonly Change[] {
  const { owners } = tree
  const folders = tree.folders.flatMap(({ path, state }) => {
    const wanted = { owner: task.owner, group: task.group, mode: task.directory_mode }
    if (isStat(state)) return attributeChanges(path, state, wanted, owners)
    return [directoryChange(path, { wanted, owners, parents: path === tree.folders[0]?.path })]
  })
  const files = tree.files.flatMap(({ path, payload, state }) => {
    const wanted = { owner: task.owner, group: task.group, mode: preserved(task.mode, payload.mode) }
    return deploymentChanges({ payload, wanted, makeFolder: false, target: { path, file: state, owners, parent: undefined } }, task)
  })
  return [...folders, ...files]
}

export function treeResult(tree: TreeCopy, task: TreeArgs): Readonly<Record<string, unknown>> {
  return { dest: tree.dest, state: 'directory', ...(task.directory_mode === undefined ? {} : { mode: task.directory_mode }) }
}

/** Files and folders with links resolved, as Ansible's `local_follow` does. */
async function entriesOf(local: LocalFiles, from: { readonly root: string; readonly below: string }): Promise<readonly Entry[]> {
  const own: readonly Entry[] = from.below === '' ? [] : [{ path: from.below, source: from.root, type: 'directory' }]
  const walked = await local.walk(from.root)
  const inside = await Promise.all(
    walked.map(async (entry): Promise<readonly Entry[]> => {
      const source = join(from.root, entry.path)
      const path = posix.join(from.below, entry.path)
      if (entry.type !== 'link') return [{ path, source, type: entry.type }]
      const { type } = await local.stat(source)
      return type === 'file' ? [{ path, source, type }] : entriesOf(local, { root: source, below: path })
    }),
  )
  return [...own, ...inside.flat()]
}

function payloads(
  local: LocalFiles,
  entries: readonly Entry[],
  decrypt: boolean,
): Promise<readonly { readonly path: string; readonly payload: Payload }[]> {
  const files = entries.filter((entry) => entry.type === 'file')
  return Promise.all(
    files.map(async ({ path, source }) => ({ path, payload: await localPayload(local, source, { sha1: false, decrypt }) })),
  )
}
