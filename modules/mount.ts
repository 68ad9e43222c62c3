import { type Change, defineModule, Failure, fail, type ReadOnlyHost, z } from '../runner/module/index.ts'
import { fromByteText } from './_bytes.ts'
import { expandPath } from './_expand.ts'
import { editFstab, type FstabEdit, maskOptions } from './_fstab.ts'
import { type MountState, mountedProbe } from './_mount.ts'
import { isHidden, type MountArgs, mountSchema, wantedEntry, wantedOptions } from './_mount-args.ts'
import { liveChanges } from './_mount-plan.ts'
import { MAX_TEXT, readTarget } from './_target.ts'
import { oldText, shownTexts, writeChange } from './_write.ts'

export default defineModule<MountArgs, MountState>({
  name: 'mount',
  fqcn: ['ansible.posix.mount'],
  summary: 'Mount filesystems, now and in fstab.',
  description: [
    'A filesystem is mounted before its entry is written, so that what cannot be mounted leaves no entry to stop the host at its next start.',
    'With `mounted`, an entry that changes is taken over at once: new options by a remount, another source in the place of the old one.',
    '`remounted` and `ephemeral` on what is mounted remount each time, as changed.',
  ].join(' '),
  args: mountSchema,
  aliases: { name: 'path' },
  returns: z.object({
    name: z.string(),
    src: z.string().optional(),
    fstype: z.string().optional(),
    opts: z.string().optional(),
    dump: z.string(),
    passno: z.string(),
    boot: z.string(),
    fstab: z.string(),
    backup_file: z.string(),
  }),
  examples: [
    {
      name: 'A disk in a file',
      yaml: 'mount:\n  path: /srv/node/disk\n  src: /var/tmp/mount.img\n  fstype: ext4\n  opts: loop,noatime,nodiratime,nobarrier,user_xattr\n  state: mounted\n',
      lab: {
        first: 'changed',
        second: 'ok',
        before: 'shell:\n  cmd: truncate -s 20M /var/tmp/mount.img && mkfs.ext4 -q -F /var/tmp/mount.img\n  creates: /var/tmp/mount.img\n',
      },
    },
    {
      name: 'Gone for good',
      yaml: 'mount:\n  path: /srv/node/disk\n  state: absent\n',
      lab: { first: 'changed', second: 'ok' },
    },
    {
      name: 'An entry for a share, mounted by hand',
      yaml: 'mount:\n  path: /srv/share\n  src: files.example.com:/export/share\n  fstype: nfs\n  boot: false\n  state: present\n',
      lab: { first: 'changed', second: 'ok' },
    },
    {
      name: 'A folder seen elsewhere, until the next start',
      yaml: 'mount:\n  path: /srv/logs\n  src: /var/log\n  fstype: none\n  opts: bind\n  state: ephemeral\n',
      lab: { first: 'changed', second: 'changed' },
    },
  ],
  check: readMount,
  plan(state, task) {
    const table = tableChanges(state, task)
    const live = liveChanges(state, task, table.length > 0)
    if (live instanceof Failure) return live
    return [...live, ...table]
  },
  result(state, task, outcomes) {
    const backup = outcomes.find((outcome) => outcome.id === 'write')?.stdout.trim() ?? ''
    return {
      name: state.path,
      ...(task.src === undefined ? {} : { src: task.src }),
      ...(task.fstype === undefined ? {} : { fstype: task.fstype }),
      opts: isHidden(task) ? '***' : wantedOptions(task),
      dump: task.dump,
      passno: task.passno,
      boot: task.boot ? 'yes' : 'no',
      fstab: task.fstab,
      backup_file: backup,
    }
  },
})

async function readMount(host: ReadOnlyHost, task: MountArgs): Promise<MountState | Failure> {
  const path = tidy(await expandPath(host, task.path))
  const [folder, mounted, target] = await Promise.all([
    host.file(path, { follow: true }),
    host.probe(mountedProbe(path)),
    readTarget(host, task.fstab, { wanted: {}, content: MAX_TEXT, follow: true }),
  ])
  if (target instanceof Failure) return target
  if (folder.type === 'absent' && task.state === 'remounted') return fail(`Error remounting ${path}: there is no such folder`)
  return { path, folder, mounted, target, fstab: oldText(target) }
}

function tidy(path: string): string {
  return path === '/' ? path : path.replace(/\/+$/, '')
}

/** What the table is to be, where the state is about it. */
function editFor(task: MountArgs, path: string): FstabEdit | undefined {
  if (task.state === 'present' || task.state === 'mounted') return { set: wantedEntry(task, path) }
  return task.state === 'absent' || task.state === 'absent_from_fstab' ? { remove: path } : undefined
}

function tableChanges({ target, fstab, path }: MountState, task: MountArgs): readonly Change[] {
  const edit = editFor(task, path)
  if (edit === undefined) return []
  const what = 'set' in edit ? `write ${path} to ${target.path}` : `take ${path} out of ${target.path}`
  if (fstab === undefined) return [{ what, actions: [], certainty: 'maybe', why: `the content of ${target.path} is not known yet` }]
  const after = editFstab(fstab, edit)
  if (after === fstab) return []
  const shown = (text: string): string => (isHidden(task) ? maskOptions(text, path) : text)
  return [
    writeChange({
      target,
      content: { bytes: fromByteText(after) },
      shown: shownTexts(shown(fstab), shown(after)),
      wanted: {},
      backup: task.backup,
      what,
      parents: 'create',
    }),
  ]
}
