import { args as arg, z } from '../runner/module/index.ts'
import { attributeArgs } from './_arguments.ts'

/** The arguments of the module unarchive. */
export const unarchiveSchema = z
  .strictObject({
    src: arg
      .path()
      .describe("The archive: a path or a name in the role's or playbook's `files` folder, with `remote_src` a path of the host or a URL."),
    dest: arg.path().describe('The folder of the host that it is unpacked in. It must be there.'),
    remote_src: arg
      .bool()
      .optional()
      .describe('`src` is on the host, or is a URL that is fetched from its side of the network. Default no.'),
    copy: arg.bool().optional().describe('The old opposite of `remote_src`.'),
    creates: arg.path().optional().describe('A path: where it exists, nothing is unpacked.'),
    list_files: arg.bool().default(false).describe('Give the names of the members as `files`.'),
    exclude: arg.list(z.string()).default([]).describe('Names or patterns of members that are left out.'),
    include: arg.list(z.string()).default([]).describe('Names of members: only these are unpacked.'),
    keep_newer: arg.bool().default(false).describe('Leave files alone that are newer than those of the archive.'),
    extra_opts: arg.list(z.string()).default([]).describe('More options for tar or unzip, one word each.'),
    validate_certs: arg.bool().default(true),
    decrypt: arg.bool().default(true).describe('Open a source that is encrypted with the vault.'),
    io_buffer_size: arg.int().default(65_536).describe('Has no meaning here: the host’s own programs unpack.'),
    ...attributeArgs,
    mode: attributeArgs.mode.describe('Permissions of all members, folders too.'),
  })
  .superRefine((task, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
    if (task.exclude.length > 0 && task.include.length > 0) refuse('parameters are mutually exclusive: include|exclude')
    if (task.copy !== undefined && task.remote_src !== undefined) refuse("parameters are mutually exclusive: ('copy', 'remote_src')")
  })

export type UnarchiveArgs = z.output<typeof unarchiveSchema>

export function isRemote(task: UnarchiveArgs): boolean {
  return task.remote_src ?? task.copy === false
}
