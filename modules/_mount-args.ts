import { args as arg, Secret, z } from '../runner/module/index.ts'
import { rewriteArgs, textOrSecret } from './_arguments.ts'
import { revealed } from './_bytes.ts'
import type { Entry } from './_fstab.ts'

const NEEDS_SOURCE = new Set(['present', 'mounted', 'ephemeral'])

/** The arguments of the module mount. */
export const mountSchema = z
  .strictObject({
    path: arg.path().describe('The mount point; `none` for swap.'),
    state: z
      .enum(['present', 'mounted', 'unmounted', 'absent', 'absent_from_fstab', 'remounted', 'ephemeral'])
      .describe(
        '`present` is about fstab only, `mounted` about both, `unmounted` and `ephemeral` about the mount only; `absent` unmounts, takes the entry out and removes the folder.',
      ),
    src: arg.str().optional().describe('A device, a file (with the option `loop`), a share, `UUID=…`.'),
    fstype: arg.str().optional(),
    opts: textOrSecret().optional().describe('Mount options; `defaults` where it is left out.'),
    opts_no_log: arg.bool().default(false).describe('Do not show the options.'),
    boot: arg.bool().default(true).describe('Mount it when the host starts; `false` adds the option `noauto`.'),
    dump: arg.str().default('0'),
    passno: arg.str().default('0').describe('When fsck looks at it at the start: 0 never.'),
    fstab: arg.path().default('/etc/fstab'),
    backup: rewriteArgs.backup,
  })
  .superRefine((task, context) => {
    if (!NEEDS_SOURCE.has(task.state)) return
    const missing = (['src', 'fstype'] as const).filter((name) => task[name] === undefined)
    if (missing.length > 0)
      context.addIssue({ code: 'custom', message: `state is ${task.state} but all of the following are missing: ${missing.join(', ')}` })
  })

export type MountArgs = z.output<typeof mountSchema>

/** The options are not to be seen. */
export function isHidden(task: MountArgs): boolean {
  return task.opts_no_log || task.opts instanceof Secret
}

/** `boot` has no say where the options have `noauto` already. */
export function wantedOptions(task: MountArgs): string {
  const opts = revealed(task.opts ?? 'defaults')
  return task.boot || task.state === 'ephemeral' || opts.split(',').includes('noauto') ? opts : `${opts},noauto`
}

export function wantedEntry(task: MountArgs, path: string): Entry {
  return { src: task.src ?? '', path, fstype: task.fstype ?? '', opts: wantedOptions(task), dump: task.dump, passno: task.passno }
}
