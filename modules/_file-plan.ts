import { posix } from 'node:path'
import { type Change, type FileStat, fileRemoved, fileWritten, linkCreated, quoteArgv } from '../runner/module/index.ts'
import { attributeChanges, attributeScript, attributesAfter, isStat } from './_attributes.ts'
import { directoryChange } from './_directory.ts'
import { definedAttributes } from './_effects.ts'
import type { FileArgs } from './_file-args.ts'
import { type PathView, sameInode } from './_file-state.ts'
import type { WantedTime } from './_file-times.ts'

/** What brings a path into its state. */
export function pathChanges(view: PathView, task: FileArgs): readonly Change[] {
  if (view.real.file.type === 'unknown') return doubtfulChanges(view, task, view.real.file.reason)
  switch (view.state) {
    case 'absent':
      return view.file.type === 'absent' ? [] : [removal(view.path)]
    case 'directory':
      return [...directories(view, task), ...attributes(view, task), ...times(view)]
    case 'file':
      return [...attributes(view, task), ...times(view)]
    case 'touch':
      return view.real.file.type === 'absent' ? [newFile(view, task)] : [...attributes(view, task), ...times(view)]
    case 'link':
    case 'hard':
      return [...link(view), ...linkAttributes(view, task)]
  }
}

/** The path may come with a package: what is certain is only that it will be so afterwards. */
function doubtfulChanges(view: PathView, task: FileArgs, why: string): readonly Change[] {
  const absent: PathView = { ...view, file: { type: 'absent' }, real: { ...view.real, file: { type: 'absent' } } }
  if (view.state === 'absent') return [{ ...removal(view.path), certainty: 'maybe', why }]
  if (view.state === 'file') return [{ what: `set the attributes of ${view.path}`, actions: [], certainty: 'maybe', why }]
  return pathChanges(absent, task).map((change) => ({ ...change, certainty: 'maybe' as const, why }))
}

function directories(view: PathView, task: FileArgs): readonly Change[] {
  if (view.real.file.type !== 'absent') return []
  const missing = [...view.above.filter(({ file }) => file.type === 'absent').map(({ path }) => path), view.real.path]
  return missing.map((path) => directoryChange(path, { wanted: task, owners: view.owners, parents: false }))
}

function attributes(view: PathView, task: FileArgs): readonly Change[] {
  const { file, path } = view.real
  if (!isStat(file)) return []
  const own = attributeChanges(path, file, task, view.owners)
  return [...own, ...view.inside.flatMap((entry) => attributeChanges(entry.path, entry.file, task, view.owners))]
}

function newFile(view: PathView, task: FileArgs): Change {
  const { path } = view.real
  const after = attributesAfter({ type: 'absent' }, task, view.owners)
  const stamps = touchCommands(path, view.times)
  const make = quoteArgv(['touch', '--', path])
  const set = attributeScript(path, { owner: task.owner, group: task.group, mode: task.mode === undefined ? undefined : after.mode })
  return {
    what: `create ${path}`,
    actions: [{ do: 'script', script: [make, set, ...stamps].filter((step) => step !== '').join(' && '), purpose: `create ${path}` }],
    effects: [fileWritten(path, { content: Buffer.alloc(0) }, definedAttributes(after))],
  }
}

function times(view: PathView): readonly Change[] {
  const { file, path } = view.real
  if (!isStat(file)) return []
  const differs = (wanted: WantedTime, current: number): boolean =>
    wanted === 'now' || (wanted !== 'preserve' && Math.floor(current) !== wanted.seconds)
  const { modification, access } = view.times
  const set = {
    modification: differs(modification, file.mtime) ? modification : ('preserve' as const),
    access: differs(access, file.atime) ? access : ('preserve' as const),
  }
  const commands = touchCommands(path, set)
  return commands.length === 0
    ? []
    : [
        {
          what: `set the times of ${path}`,
          actions: [{ do: 'script', script: commands.join(' && '), purpose: `set the times of ${path}` }],
        },
      ]
}

function touchCommands(path: string, wanted: PathView['times']): readonly string[] {
  const command = (flag: string, time: WantedTime): readonly string[] => {
    if (time === 'preserve') return []
    return [quoteArgv(['touch', '-c', flag, ...(time === 'now' ? [] : ['-t', time.stamp]), '--', path])]
  }
  return [...command('-m', wanted.modification), ...command('-a', wanted.access)]
}

function removal(path: string): Change {
  return {
    what: `remove ${path}`,
    actions: [{ do: 'script', script: quoteArgv(['rm', '-rf', '--', path]), purpose: `remove ${path}` }],
    effects: [fileRemoved(path)],
  }
}

function link(view: PathView): readonly Change[] {
  const { file, path, source, state } = view
  if (source === undefined) return []
  if (state === 'link' && file.type === 'link' && file.target === source.text) return []
  if (state === 'hard' && sameInode(file, source.file)) return []
  const temporary = posix.join(posix.dirname(path), `.${posix.basename(path)}.stackrun-new`)
  const from = state === 'hard' ? source.path : source.text
  const make = (at: string): string => quoteArgv(['ln', ...(state === 'link' ? ['-s'] : []), '--', from, at])
  // A new link is made beside its place and renamed into it, so that the path is never missing.
  const swap = [
    quoteArgv(['rm', '-f', '--', temporary]),
    make(temporary),
    ...(file.type === 'directory' ? [quoteArgv(['rmdir', '--', path])] : []),
    renameOver(temporary, path),
  ]
  const script = file.type === 'absent' ? make(path) : `${swap.join(' && ')} || { ${quoteArgv(['rm', '-f', '--', temporary])}; exit 1; }`
  const effect =
    state === 'link' ? linkCreated(path, source.text) : fileWritten(path, {}, isStat(source.file) ? statAttributes(source.file) : {})
  return [{ what: `link ${path} to ${from}`, actions: [{ do: 'script', script, purpose: `link ${path} to ${from}` }], effects: [effect] }]
}

/** Plain `mv` would move into a folder that the old link points to; not every `mv` has -T. */
function renameOver(temporary: string, path: string): string {
  const [from, to] = [quoteArgv([temporary]), quoteArgv([path])]
  return `{ mv -fT -- ${from} ${to} 2>/dev/null || { rm -f -- ${to} && mv -f -- ${from} ${to}; }; }`
}

function linkAttributes(view: PathView, task: FileArgs): readonly Change[] {
  const { file, path } = view.real
  if (view.state === 'hard') return isStat(file) ? attributeChanges(view.path, file, task, view.owners) : []
  return isStat(file) && path !== view.path ? attributeChanges(path, file, task, view.owners) : []
}

function statAttributes(file: FileStat) {
  return { mode: file.mode, uid: file.uid, gid: file.gid, owner: file.owner, group: file.group }
}
