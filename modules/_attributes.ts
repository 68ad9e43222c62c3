import {
  type Change,
  type Failure,
  type FileStat,
  type FileState,
  fail,
  type Probe,
  quoteArgv,
  type ReadOnlyHost,
  UnknownState,
} from '../runner/module/index.ts'
import { attributesEffect } from './_effects.ts'
import { octal, resolveMode } from './_mode.ts'

/** Who may do what with a file, as a task's arguments ask for it. */
export interface WantedAttributes {
  readonly mode?: string | undefined
  readonly owner?: string | undefined
  readonly group?: string | undefined
}

/** What the host says about the names in the arguments, and the session's own user, whose a file is that is to be made. */
export interface Owners {
  readonly user?: { readonly uid: number; readonly name: string } | undefined
  readonly group?: { readonly gid: number; readonly name: string } | undefined
  readonly me?: Identity | undefined
}

/** The session's user, whose files new files are. */
export interface Identity {
  readonly uid: number
  readonly owner: string
  readonly gid: number
  readonly group: string
  readonly umask: number
}

/** How a file's attributes are to be. */
export interface Attributes {
  readonly mode: number
  readonly uid?: number | undefined
  readonly gid?: number | undefined
  readonly owner?: string | undefined
  readonly group?: string | undefined
}

/** Looks up what is needed to set the attributes; asks nothing of the host where the files have them already. */
export async function readOwners(host: ReadOnlyHost, wanted: WantedAttributes, ...files: readonly FileState[]): Promise<Owners | Failure> {
  const { owner, group: wantedGroup } = wanted
  const [user, group] = await Promise.all([
    owner === undefined || files.every((file) => hasOwner(file, owner)) ? undefined : lookupUser(host, owner),
    wantedGroup === undefined || files.every((file) => hasGroup(file, wantedGroup)) ? undefined : lookupGroup(host, wantedGroup),
  ])
  if (user === 'missing') return fail(`chown failed: failed to look up user ${wanted.owner ?? ''}`)
  if (group === 'missing') return fail(`chgrp failed: failed to look up group ${wanted.group ?? ''}`)
  return { user, group }
}

/** To be asked together with the file: where that is missing, all that is needed to make it is known then. */
export function readIdentity(host: ReadOnlyHost): Promise<Identity> {
  return host.probe(IDENTITY)
}

/** The attributes of a file after the task; of a new one where it does not exist yet. */
export function attributesAfter(
  file: FileState,
  wanted: WantedAttributes,
  owners: Owners,
  kind: 'file' | 'directory' = 'file',
): Attributes {
  const stat = isStat(file) ? file : undefined
  const newOwner = wanted.owner === undefined || hasOwner(file, wanted.owner) ? undefined : owners.user
  const newGroup = wanted.group === undefined || hasGroup(file, wanted.group) ? undefined : owners.group
  const umask = owners.me?.umask ?? 0o022
  const current = stat?.mode ?? (kind === 'directory' ? 0o777 : 0o666) & ~umask
  const directory = stat === undefined ? kind === 'directory' : stat.type === 'directory'
  return {
    mode: wanted.mode === undefined ? current : resolveMode(wanted.mode, { current, directory, umask }),
    uid: newOwner?.uid ?? stat?.uid ?? owners.me?.uid,
    gid: newGroup?.gid ?? stat?.gid ?? owners.me?.gid,
    owner: newOwner?.name ?? stat?.owner ?? owners.me?.owner,
    group: newGroup?.name ?? stat?.group ?? owners.me?.group,
  }
}

/** The change that gives an existing file its attributes; none where it has them. */
export function attributeChanges(path: string, stat: FileStat, wanted: WantedAttributes, owners: Owners): readonly Change[] {
  const after = attributesAfter(stat, wanted, owners)
  const link = stat.type === 'link'
  const owner = wanted.owner === undefined || hasOwner(stat, wanted.owner) ? undefined : wanted.owner
  const group = wanted.group === undefined || hasGroup(stat, wanted.group) ? undefined : wanted.group
  const mode = link || after.mode === stat.mode ? undefined : after.mode
  if (owner === undefined && group === undefined && mode === undefined) return []
  const what = [
    owner === undefined ? undefined : `owner ${owner}`,
    group === undefined ? undefined : `group ${group}`,
    mode === undefined ? undefined : `mode ${octal(mode)}`,
  ]
  return [
    {
      what: `set ${what.filter((part) => part !== undefined).join(', ')} of ${path}`,
      actions: [
        {
          do: 'script',
          script: attributeScript(path, { owner, group, mode: mode ?? specialMode(stat, after) }, link),
          purpose: `set the attributes of ${path}`,
        },
      ],
      effects: [attributesEffect(path, after)],
      diff: attributeDiff(path, stat, after),
    },
  ]
}

/** The part of a result that tells a file's attributes. */
export function attributeResult(attributes: Attributes): Readonly<Record<string, unknown>> {
  const { mode, uid, gid, owner, group } = attributes
  return {
    mode: octal(mode),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  }
}

function attributeDiff(path: string, before: FileStat, after: Attributes): Change['diff'] {
  const lines = (of: Attributes): string => `owner: ${of.owner ?? '?'}\ngroup: ${of.group ?? '?'}\nmode: ${octal(of.mode)}\n`
  return { beforeName: `${path} (file attributes)`, afterName: `${path} (file attributes)`, before: lines(before), after: lines(after) }
}

/** Commands that set what is given; chown takes setuid bits away, so the mode comes after it. */
export function attributeScript(
  path: string,
  set: { owner?: string | undefined; group?: string | undefined; mode?: number | undefined },
  link = false,
): string {
  const { owner, group, mode } = set
  const noFollow = link ? ['-h'] : []
  const commands = [
    owner === undefined ? undefined : ['chown', ...noFollow, '--', group === undefined ? owner : `${owner}:${group}`, path],
    owner !== undefined || group === undefined ? undefined : ['chgrp', ...noFollow, '--', group, path],
    mode === undefined ? undefined : ['chmod', octal(mode), path],
  ]
  return commands.flatMap((command) => (command === undefined ? [] : [quoteArgv(command)])).join(' && ')
}

/** The mode to set again after a change of owner took its special bits. */
function specialMode(stat: FileStat, after: Attributes): number | undefined {
  return stat.type !== 'link' && (stat.mode & 0o6000) !== 0 ? after.mode : undefined
}

export function isStat(file: FileState): file is FileStat {
  return file.type !== 'absent' && file.type !== 'unknown'
}

function hasOwner(stat: FileState, owner: string): boolean {
  return isStat(stat) && (stat.owner === owner || (isNumber(owner) && stat.uid === Number(owner)))
}

function hasGroup(stat: FileState, group: string): boolean {
  return isStat(stat) && (stat.group === group || (isNumber(group) && stat.gid === Number(group)))
}

async function lookupUser(host: ReadOnlyHost, owner: string): Promise<{ uid: number; name: string } | 'missing'> {
  if (isNumber(owner)) return { uid: Number(owner), name: owner }
  const user = await soon(host, host.user(owner))
  if (user === 'soon') return { uid: UNKNOWN, name: owner }
  return user.exists ? { uid: user.uid, name: user.name } : 'missing'
}

async function lookupGroup(host: ReadOnlyHost, name: string): Promise<{ gid: number; name: string } | 'missing'> {
  if (isNumber(name)) return { gid: Number(name), name }
  const group = await soon(host, host.group(name))
  if (group === 'soon') return { gid: UNKNOWN, name }
  return group.exists ? { gid: group.gid, name: group.name } : 'missing'
}

/** The number that an account will have is not known before it is made. */
const UNKNOWN = -1

/** An account that a package of this very run brings: no file can be its already. */
async function soon<T>(host: ReadOnlyHost, asked: Promise<T>): Promise<T | 'soon'> {
  try {
    return await asked
  } catch (error) {
    if (host.predicted && error instanceof UnknownState) return 'soon'
    throw error
  }
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text)
}

/** The shell keeps the answer: only the first task of a session costs programs. */
const IDENTITY: Probe<Identity> = {
  kind: 'identity',
  key: '',
  script: `[ -n "\${sr_identity-}" ] || sr_identity=$(id -u; id -un; id -g; id -gn; umask); printf '%s\\n' "$sr_identity"`,
  parse({ text }) {
    const [uid = '0', owner = 'root', gid = '0', group = 'root', umask = '022'] = text.split('\n')
    return { uid: Number(uid), owner, gid: Number(gid), group, umask: Number.parseInt(umask, 8) }
  },
}
