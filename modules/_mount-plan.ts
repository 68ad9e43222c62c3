import { type Change, directoryCreated, type Failure, fail, fileRemoved, resource, Secret } from '../runner/module/index.ts'
import { type Entry, entryFor, lineOf } from './_fstab.ts'
import { ANEW, isMountOf, MOUNT, type Mounted, type MountState, REMOUNT } from './_mount.ts'
import { type MountArgs, wantedEntry, wantedOptions } from './_mount-args.ts'

/** The part of a plan that is about what is mounted. `rewritten`: fstab's entry changes in the same task. */
export function liveChanges(state: MountState, task: MountArgs, rewritten: boolean): readonly Change[] | Failure {
  switch (task.state) {
    case 'present':
    case 'absent_from_fstab':
      return []
    case 'mounted':
      return state.mounted.length === 0 ? [mounting(state, task)] : rewritten ? [renewal(state, task)] : []
    case 'unmounted':
      return state.mounted.length === 0 ? [] : [unmounting(state)]
    case 'absent':
      return rewritten ? removal(state) : []
    case 'remounted':
      return remounting(state, task)
    case 'ephemeral':
      return ephemeral(state, task)
  }
}

function mounting(state: MountState, task: MountArgs): Change {
  const { path, folder } = state
  const missing = folder.type === 'absent' || folder.type === 'unknown'
  return {
    what: `mount ${task.src ?? ''} on ${path}`,
    actions: [...(missing ? [{ do: 'run' as const, argv: ['mkdir', '-p', '--', path] }] : []), withEntry(MOUNT, state, task)],
    effects: [...(folder.type === 'absent' ? [directoryCreated(path)] : []), believed(path, [wantedMount(task)])],
  }
}

/** Another source takes the old one's place; new options are given to what is mounted. */
function renewal(state: MountState, task: MountArgs): Change {
  const { path, mounted, fstab } = state
  const old = fstab === undefined ? undefined : entryFor(fstab, path)
  const top = mounted.at(-1)
  const moved = old !== undefined && old.src !== task.src && top !== undefined && !isMountOf(top, task.src ?? '')
  return {
    what: moved ? `mount ${task.src ?? ''} on ${path} instead of ${top.source}` : `remount ${path} with its new options`,
    actions: [withEntry(moved ? ANEW : REMOUNT, state, task)],
    effects: [believed(path, [wantedMount(task)])],
  }
}

function unmounting({ path, mounted }: MountState): Change {
  return {
    what: `unmount ${path}`,
    actions: [{ do: 'run', argv: ['umount', '--', path], env: { LC_ALL: 'C' } }],
    effects: [believed(path, mounted.slice(0, -1))],
  }
}

function removal(state: MountState): readonly Change[] {
  const { path, mounted, folder } = state
  const remove: Change = {
    what: `remove the folder ${path}`,
    actions: [{ do: 'run', argv: ['rmdir', '--', path], env: { LC_ALL: 'C' } }],
    effects: [fileRemoved(path)],
  }
  return [...(mounted.length === 0 ? [] : [unmounting(state)]), ...(folder.type === 'directory' ? [remove] : [])]
}

function remounting({ path, mounted }: MountState, task: MountArgs): readonly Change[] | Failure {
  if (mounted.length === 0) return fail(`Error remounting ${path}: it is not mounted`)
  const options = task.opts === undefined ? 'remount' : `remount,${wantedOptions(task)}`
  const table = task.fstab === '/etc/fstab' ? [] : ['-T', task.fstab]
  return [
    {
      what: `remount ${path}`,
      actions: [{ do: 'run', argv: ['mount', ...table, '-o', options, '--', path], env: { LC_ALL: 'C' } }],
    },
  ]
}

function ephemeral(state: MountState, task: MountArgs): readonly Change[] | Failure {
  const top = state.mounted.at(-1)
  if (top === undefined) return [mounting(state, task)]
  if (!isMountOf(top, task.src ?? ''))
    return fail(`${state.path} has ${top.file ?? top.source} mounted on it, which is not ${task.src ?? ''}`, {
      hint: 'unmount it first with state: unmounted, or mount on another path',
    })
  return [
    { what: `remount ${state.path}`, actions: [withEntry(REMOUNT, state, task)], effects: [believed(state.path, [wantedMount(task)])] },
  ]
}

/** The entry goes in on standard input: options may be passwords, and fstab is only rewritten once the mount is there. */
function withEntry(script: string, { path }: MountState, task: MountArgs): Change['actions'][number] {
  const entry: Entry = wantedEntry(task, path)
  return { do: 'run', argv: ['sh', '-c', script, 'mount', path], stdin: new Secret(`${lineOf(entry)}\n`), env: { LC_ALL: 'C' } }
}

function wantedMount(task: MountArgs): Mounted {
  return { source: task.src ?? '', root: '/', fstype: task.fstype ?? '', opts: wantedOptions(task) }
}

function believed(path: string, mounts: readonly Mounted[]) {
  return resource('mount', path, mounts)
}
