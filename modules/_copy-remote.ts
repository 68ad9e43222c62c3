import { posix } from 'node:path'
import {
  type Change,
  Failure,
  type FileStat,
  type FileState,
  fail,
  fileWritten,
  type Probe,
  quote,
  quoteArgv,
  type ReadOnlyHost,
} from '../runner/module/index.ts'
import {
  attributeChanges,
  attributeResult,
  attributeScript,
  attributesAfter,
  isStat,
  type Owners,
  readIdentity,
  readOwners,
  type WantedAttributes,
} from './_attributes.ts'
import { type DeployArgs, preserved } from './_deploy.ts'
import { directoryChange } from './_directory.ts'
import { definedAttributes } from './_effects.ts'
import { expandPath } from './_expand.ts'

/** Files of the host that are copied to other places of the same host. */
export interface RemoteCopy {
  readonly src: string
  readonly dest: string
  readonly owners: Owners
  readonly items: readonly RemoteItem[]
  /** The destination's folder is made where it is missing. */
  readonly makeFolder: boolean
}

interface RemoteItem {
  readonly from: string
  readonly source: FileStat
  readonly to: string
  readonly target: FileState
}

export interface RemoteArgs extends DeployArgs {
  readonly src?: string | undefined
  readonly directory_mode?: string | undefined
}

const WANT = { sha256: true, follow: true } as const

export async function readRemote(host: ReadOnlyHost, task: RemoteArgs): Promise<RemoteCopy | Failure> {
  const src = (await expandPath(host, task.src ?? '')).replace(/(?<=.)\/+$/, '')
  const argument = await expandPath(host, task.dest)
  const below = posix.join(argument, posix.basename(src))
  // Whichever of the two it is to be, one request tells all about it.
  const [source, given, within, above, me] = await Promise.all([
    host.file(src, WANT),
    host.file(argument, WANT),
    host.file(below, WANT),
    host.file(posix.dirname(argument), { follow: true }),
    readIdentity(host),
  ])
  if (source.type === 'absent') return fail(`Source ${src} not found`)
  if (source.type === 'unknown') return { src, dest: argument, owners: {}, items: [], makeFolder: false }
  const inside = source.type === 'directory' ? task.src?.endsWith('/') !== true : given.type === 'directory' || argument.endsWith('/')
  const [dest, target, parent] = inside ? [below, within, given] : [argument, given, above]
  const first = { from: src, source, to: dest, target }
  const items = source.type === 'directory' ? [first, ...(await itemsBelow(host, src, dest))] : [first]
  const names = await readOwners(host, { owner: task.owner, group: task.group }, ...items.map((item) => item.target))
  if (names instanceof Failure) return names
  const owners = { ...names, me }
  const makeFolder = parent.type === 'absent' && (argument.endsWith('/') || source.type === 'directory')
  if (parent.type === 'absent' && !makeFolder) return fail(`Destination directory ${posix.dirname(dest)} does not exist`)
  return { src, dest, owners, items, makeFolder }
}

export function remoteChanges(copy: RemoteCopy, task: RemoteArgs): readonly Change[] {
  if (copy.items.length === 0)
    return [{ what: `copy ${copy.src} to ${copy.dest}`, actions: [], certainty: 'maybe', why: `${copy.src} is not known yet` }]
  const parent = posix.dirname(copy.dest)
  const above = copy.makeFolder
    ? [directoryChange(parent, { wanted: { mode: task.directory_mode }, owners: copy.owners, parents: true })]
    : []
  return [...above, ...copy.items.flatMap((item) => itemChanges(item, { copy, task }))]
}

export function remoteResult(copy: RemoteCopy, task: RemoteArgs): Readonly<Record<string, unknown>> {
  const [item] = copy.items
  if (item === undefined) return { dest: copy.dest }
  const { source, target } = item
  const kept = isStat(target) && !task.force
  const state = source.type === 'directory' ? 'directory' : 'file'
  return {
    dest: copy.dest,
    size: source.size,
    state,
    ...attributeResult(attributesAfter(target, kept ? {} : wantedFor(item, task), copy.owners, state)),
  }
}

function itemChanges(item: RemoteItem, { copy, task }: { readonly copy: RemoteCopy; readonly task: RemoteArgs }): readonly Change[] {
  const { source, target, to } = item
  const wanted = wantedFor(item, task)
  if (source.type === 'directory')
    return isStat(target)
      ? attributeChanges(to, target, wanted, copy.owners)
      : [directoryChange(to, { wanted, owners: copy.owners, parents: false })]
  if (isStat(target) && !task.force) return []
  if (isStat(target) && target.sha256 === source.sha256 && target.sha256 !== undefined)
    return attributeChanges(to, target, wanted, copy.owners)
  const doubtful = source.sha256 === undefined || target.type === 'unknown'
  return [
    {
      ...copyChange(item, { wanted, copy, task }),
      ...(doubtful ? { certainty: 'maybe' as const, why: `the content of ${item.from} or ${to} is not known yet` } : {}),
    },
  ]
}

function wantedFor(item: RemoteItem, task: RemoteArgs): WantedAttributes {
  const mode = item.source.type === 'directory' ? task.directory_mode : preserved(task.mode, item.source.mode)
  return { owner: task.owner, group: task.group, mode }
}

function copyChange(
  { from, source, to, target }: RemoteItem,
  how: { readonly wanted: WantedAttributes; readonly copy: RemoteCopy; readonly task: RemoteArgs },
): Change {
  const { wanted, copy, task } = how
  const after = attributesAfter(target, wanted, copy.owners)
  const validate =
    task.validate === undefined ? [] : [{ do: 'run' as const, argv: ['/bin/sh', '-c', task.validate.replaceAll('%s', () => quote(from))] }]
  return {
    what: `copy ${from} to ${to}`,
    actions: [
      ...validate,
      {
        do: 'script',
        id: 'write',
        script: copyScript({ from, to, backup: task.backup && isStat(target) }, { ...wanted, mode: after.mode }),
        purpose: `copy ${from} to ${to}`,
      },
    ],
    effects: [fileWritten(to, { sha256: source.sha256, size: source.size }, definedAttributes(after))],
  }
}

/** Beside its place, then renamed into it; the temporary file does not outlive a failure. */
function copyScript(
  files: { readonly from: string; readonly to: string; readonly backup: boolean },
  set: { readonly owner?: string | undefined; readonly group?: string | undefined; readonly mode: number },
): string {
  const folder = posix.dirname(files.to)
  const temporary = posix.join(folder, `.${posix.basename(files.to)}.stackrun-new`)
  const kept = quote(files.to)
  const steps = [
    quoteArgv(['cp', '--', files.from, temporary]),
    attributeScript(temporary, set),
    ...(files.backup ? [`sr_kept=${kept}.$$.$(date +%Y-%m-%d@%H:%M:%S)~ && cp -p -- ${kept} "$sr_kept" && printf '%s\\n' "$sr_kept"`] : []),
    quoteArgv(['mv', '-f', '--', temporary, files.to]),
  ]
  return `umask 077; ${steps.join(' && ')} || { rm -f -- ${quote(temporary)}; exit 1; }`
}

async function itemsBelow(host: ReadOnlyHost, src: string, dest: string): Promise<readonly RemoteItem[]> {
  const paths = await listFolder(host, src)
  const items = await Promise.all(
    paths.map(async (path) => {
      const [from, to] = [posix.join(src, path), posix.join(dest, path)]
      const [source, target] = await Promise.all([host.file(from, WANT), host.file(to, WANT)])
      return isStat(source) ? [{ from, source, to, target }] : []
    }),
  )
  return items.flat()
}

/** All files and folders below a folder; links count as what they point to. */
async function listFolder(host: ReadOnlyHost, folder: string): Promise<readonly string[]> {
  const probe: Probe<readonly string[]> = {
    kind: 'folder_listing',
    key: folder,
    script: `(cd ${quote(folder)} && find -L . \\( -type f -o -type d \\))`,
    parse: ({ text }) =>
      text
        .split('\n')
        .map((line) => line.replace(/^\.\/?/, ''))
        .filter((line) => line !== ''),
  }
  return (await host.probe(probe)).toSorted()
}
