import { createHash } from 'node:crypto'
import { type FileView, newFile, patchedFile } from './_file-beliefs.ts'
import type { FileStat, FileState, FileWant, ReadOnlyHost } from './host.ts'
import type { Prediction } from './prediction.ts'

export interface PredictedOn {
  readonly real: ReadOnlyHost
  readonly prediction: Prediction
}

export async function predictedFile(path: string, want: FileWant, on: PredictedOn): Promise<FileState> {
  const view = on.prediction.files.look(path, want.follow === true)
  switch (view.kind) {
    case 'absent':
      return { type: 'absent' }
    case 'unknown':
      return { type: 'unknown', reason: view.reason }
    case 'patched':
      return patched(view, want, on)
    case 'real':
      return adjusted(view, want, on)
  }
}

async function patched(view: Extract<FileView, { kind: 'patched' }>, want: FileWant, on: PredictedOn): Promise<FileState> {
  const real = view.onto === 'nothing' ? undefined : await on.real.file(view.path, want)
  const base = real !== undefined && isStat(real) ? real : undefined
  if (base === undefined && view.patch.type === undefined) return missing(view.path, on) ?? { type: 'absent' }
  return wanted(patchedFile(base, view.patch, view.rewritten), want)
}

/** Only what was asked for, and a checksum made of a content that is known. */
function wanted(stat: FileStat, want: FileWant): FileStat {
  const { content, sha256, ...rest } = stat
  const sum = sha256 ?? (content === undefined ? undefined : createHash('sha256').update(content).digest('hex'))
  return {
    ...rest,
    size: content?.length ?? rest.size,
    ...(want.content !== undefined && content !== undefined && content.length <= want.content ? { content } : {}),
    ...(want.sha256 === true && sum !== undefined ? { sha256: sum } : {}),
  }
}

async function adjusted(view: Extract<FileView, { kind: 'real' }>, want: FileWant, on: PredictedOn): Promise<FileState> {
  const { madeFolder } = view
  const [state, folder] = await Promise.all([
    on.real.file(view.path, want),
    madeFolder === undefined ? undefined : on.real.file(madeFolder.path, { follow: true }),
  ])
  if (state.type !== 'absent') return state
  if (on.prediction.files.hasBelow(view.path)) return newFile('directory')
  const ownFolder = madeFolder !== undefined && folder?.type === 'absent' && !on.prediction.installsAfter(madeFolder.at)
  return (ownFolder ? undefined : missing(view.path, on)) ?? { type: 'absent' }
}

/** Folders that packages put files into; an administrator's own (`/usr/local`, `/root`, `/home`, `/srv`, `/tmp`) are not among them. */
const PACKAGED = /^\/(etc|usr(?!\/local(\/|$))|bin|sbin|lib\w*|boot|opt|run|var\/(lib|log|cache|spool|run|lock|www|mail|backups))(\/|$)/

function missing(path: string, on: PredictedOn): FileState | undefined {
  const { newcomers } = on.prediction
  return newcomers !== undefined && PACKAGED.test(path) ? { type: 'unknown', reason: `${path} may come with ${newcomers}` } : undefined
}

function isStat(state: FileState): state is FileStat {
  return state.type !== 'absent' && state.type !== 'unknown'
}
