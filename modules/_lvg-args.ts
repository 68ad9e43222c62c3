import { args as arg, z } from '../runner/module/index.ts'
import { splitWords } from './_shlex.ts'

/** The arguments of the module lvg. */
export const lvgSchema = z
  .strictObject({
    vg: arg.str().describe('Name of the volume group.'),
    pvs: arg.list(arg.str()).optional().describe('Its devices; needed for a new group. What is no physical volume yet becomes one.'),
    pesize: arg.str().default('4').describe('Size of the extents of a new group, in MiB or with a unit.'),
    pv_options: z.string().default('').describe('Options for pvcreate.'),
    vg_options: z.string().default('').describe('Options for vgcreate.'),
    pvresize: arg.bool().default(false).describe('Take in what the devices have grown by.'),
    remove_extra_pvs: arg.bool().default(true).describe('Take devices out that are not in `pvs`.'),
    reset_pv_uuid: arg.bool().default(false).describe('New UUIDs for the devices, each time the task runs.'),
    reset_vg_uuid: arg.bool().default(false).describe('A new UUID for the group, each time the task runs.'),
    force: arg.bool().default(false).describe('Remove the group with the volumes that are in it.'),
    state: z
      .enum(['present', 'absent', 'active', 'inactive'])
      .default('present')
      .describe('`active` and `inactive` are about its volumes, now and after the next start.'),
  })
  .superRefine((task, context) => {
    for (const name of ['pv_options', 'vg_options'] as const)
      if (splitWords(task[name]) === undefined) context.addIssue({ code: 'custom', path: [name], message: 'the quotes are not balanced' })
  })

export type LvgArgs = z.output<typeof lvgSchema>
