import { posix } from 'node:path'
import {
  type ArchiveMember,
  type ArchivePacking,
  Failure,
  type FileState,
  fail,
  type ModuleContext,
  type Probe,
  quoteArgv,
  type ReadOnlyHost,
  Unavailable,
  UnknownState,
} from '../runner/module/index.ts'
import { type Identity, type Owners, readIdentity, readOwners } from './_attributes.ts'
import { pathExists } from './_exists.ts'
import { expandPath } from './_expand.ts'
import { requireProgram } from './_program.ts'
import { isRemote, type UnarchiveArgs } from './_unarchive-args.ts'
import { type Expectation, type Placed, placesOf, readPlaces } from './_unarchive-members.ts'
import { handlingArgv, REFUSED } from './_unarchive-script.ts'

export type Source =
  /** Of the controller. `open`: its bytes, where the vault had them encrypted. */
  | { readonly kind: 'local'; readonly path: string; readonly open?: Buffer | undefined; readonly packing: ArchivePacking }
  | { readonly kind: 'remote'; readonly path: string }
  | { readonly kind: 'url'; readonly url: string }

export interface Unarchive {
  readonly source: Source
  readonly dest: string
  readonly folder: FileState
  readonly owners: Owners
  readonly me: Identity
  /** What is to be where; undefined where only the host can tell, while it unpacks. */
  readonly members: { readonly places: readonly Placed[]; readonly expected: Expectation } | undefined
  /** What tar or unzip on the host finds different. */
  readonly looked: Looked | undefined
  readonly exists: boolean
}

export interface Looked {
  readonly handler: string
  readonly names: readonly string[]
  readonly differences: readonly string[]
}

export async function readUnarchive(host: ReadOnlyHost, task: UnarchiveArgs, context: ModuleContext): Promise<Unarchive | Failure> {
  const [dest, exists] = await Promise.all([
    expandPath(host, task.dest).then((path) => path.replace(/(?<=.)\/+$/, '')),
    task.creates === undefined ? 'no' : pathExists(host, task.creates),
  ])
  if (exists === 'unknown') throw new UnknownState(`whether ${task.creates ?? ''} exists is not known yet`)
  if (exists === 'yes') return { ...(await nothing(host, task)), dest, exists: true }
  return isRemote(task) ? readRemote(host, task, dest) : readLocal(host, task, { dest, context })
}

async function nothing(host: ReadOnlyHost, task: UnarchiveArgs): Promise<Unarchive> {
  const me = await readIdentity(host)
  const source: Source = { kind: 'remote', path: task.src }
  return { source, dest: task.dest, folder: { type: 'absent' }, owners: {}, me, members: undefined, looked: undefined, exists: false }
}

async function readLocal(
  host: ReadOnlyHost,
  task: UnarchiveArgs,
  { dest, context }: { readonly dest: string; readonly context: ModuleContext },
): Promise<Unarchive | Failure> {
  const path = await context.local.find('files', task.src)
  const open = task.decrypt ? await context.local.opened(path) : undefined
  const archive = open === undefined ? await context.local.archive(path) : undefined
  const all = archive?.members === undefined ? undefined : placesOf(archive.members, task)
  if (all?.length === 0) return fail(`found no files in archive ${path}`)
  const packing = archive?.packing ?? 'none'
  const [missing, folder, me, places, users, groups] = await Promise.all([
    missingProgram(host, packing),
    host.file(dest, { follow: true }),
    readIdentity(host),
    all === undefined ? undefined : readPlaces(host, dest, all),
    known(all, 'owner', (name) => host.user(name)),
    known(all, 'group', (name) => host.group(name)),
  ])
  if (missing !== undefined) return missing
  const names = await readOwners(host, task, ...(places ?? []).map(({ file }) => file))
  if (names instanceof Failure) return names
  const members = places === undefined ? undefined : { places, expected: { task, me, users, groups } }
  const source: Source = { kind: 'local', path, open, packing }
  return refusal(folder, task) ?? { source, dest, folder, owners: { ...names, me }, me, members, looked: undefined, exists: false }
}

/** Of the names in an archive those that the host has. Root is on every host. */
async function known(
  members: readonly ArchiveMember[] | undefined,
  which: 'owner' | 'group',
  ask: (name: string) => Promise<{ readonly exists: boolean }>,
): Promise<ReadonlySet<string>> {
  const names = [...new Set((members ?? []).map((member) => member[which]))].filter((name) => name !== '')
  const found = await Promise.all(names.map(async (name) => name === 'root' || (await ask(name)).exists))
  return new Set(names.filter((_, index) => found[index] === true))
}

const PROGRAMS: Readonly<Record<ArchivePacking, readonly (readonly [string, string])[]>> = {
  none: [['tar', 'tar']],
  gzip: [
    ['tar', 'tar'],
    ['gzip', 'gzip'],
  ],
  bzip2: [
    ['tar', 'tar'],
    ['bzip2', 'bzip2'],
  ],
  xz: [
    ['tar', 'tar'],
    ['xz', 'xz-utils'],
  ],
  zstd: [
    ['tar', 'tar'],
    ['zstd', 'zstd'],
  ],
  zip: [['unzip', 'unzip']],
}

async function missingProgram(host: ReadOnlyHost, packing: ArchivePacking): Promise<Failure | undefined> {
  const answers = await Promise.all(
    PROGRAMS[packing].map(([program, name]) => requireProgram(host, program, `install the package ${name} first`)),
  )
  return answers.find((answer) => answer !== undefined)
}

async function readRemote(host: ReadOnlyHost, task: UnarchiveArgs, dest: string): Promise<Unarchive | Failure> {
  const isUrl = task.src.includes('://')
  const src = isUrl ? task.src : await expandPath(host, task.src)
  const [folder, me, archive, looked] = await Promise.all([
    host.file(dest, { follow: true }),
    readIdentity(host),
    isUrl ? undefined : host.file(src, { follow: true }),
    isUrl ? undefined : host.probe(lookProbe(host, { src, dest, task })),
  ])
  if (archive?.type === 'absent') return fail(`Source '${src}' does not exist`)
  if (archive?.type === 'unknown') throw new UnknownState(archive.reason)
  if (typeof looked === 'string') return fail(looked)
  const settled = looked !== undefined && looked.differences.length === 0
  const hasWish = [task.owner, task.group, task.mode].some((each) => each !== undefined)
  const places = settled && hasWish ? await readPlaces(host, dest, looked.names.map(unnamedMember)) : []
  const names = await readOwners(host, task, ...places.map(({ file }) => file))
  if (names instanceof Failure) return names
  const source: Source = isUrl ? { kind: 'url', url: task.src } : { kind: 'remote', path: src }
  const members = settled ? { places, expected: { task, me, users: new Set<string>(), groups: new Set<string>() } } : undefined
  return refusal(folder, task) ?? { source, dest, folder, owners: { ...names, me }, me, members, looked, exists: false }
}

/** A place to look at whose attributes alone are of interest. */
function unnamedMember(path: string): ArchiveMember {
  return { path, type: 'other', mode: undefined, uid: undefined, gid: undefined, owner: '', group: '', size: 0, mtime: undefined }
}

function refusal(folder: FileState, task: UnarchiveArgs): Failure | undefined {
  if (folder.type === 'directory' || folder.type === 'unknown') return undefined
  return fail(`dest '${task.dest}' must be an existing dir`)
}

interface Look {
  readonly src: string
  readonly dest: string
  readonly task: UnarchiveArgs
}

export function lookKey({ src, dest, task }: Look): string {
  return [src, dest, ...task.include, ...task.exclude, ...task.extra_opts].join(' ')
}

/** A text is a refusal. An archive that only check mode has put there cannot be looked into. */
function lookProbe(host: ReadOnlyHost, look: Look): Probe<Looked | string> {
  const argv = handlingArgv('look', look.src, look.dest, look.task)
  return {
    kind: 'unarchive',
    key: lookKey(look),
    script: `(exec ${quoteArgv(argv)})`,
    parse({ rc, text, stderr }) {
      const said = stderr.trim().split('\n').at(-1) ?? ''
      if (rc === REFUSED && host.predicted) return new Unavailable(said)
      if (rc !== 0) return said === '' ? `cannot look into ${look.src}` : said
      const [handler = '', ...lines] = text.split('\n')
      const those = (mark: string): readonly string[] => lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(2))
      return { handler, names: those('f '), differences: those('d ') }
    },
  }
}

export function namesOf(state: Unarchive): readonly string[] {
  return state.looked?.names ?? state.members?.places.map(({ member }) => member.path) ?? []
}

export function memberPath(state: Unarchive, name: string): string {
  return posix.join(state.dest, name).replace(/(?<=.)\/+$/, '')
}
