import { args, Secret, z } from '../runner/module/index.ts'

/** Arguments that many modules share. */

/** A text that may be a secret; it stays one. */
export const textOrSecret = () => z.union([z.instanceof(Secret), args.str()])

/** An argument of Ansible's module that is refused by its name, with the reason. */
export const refused = (why: string) =>
  z
    .unknown()
    .optional()
    .refine((value) => value === undefined, `is not supported here: ${why}`)
    .describe(`Refused: ${why}.`)

/** A switch of Ansible's module that is taken in one position only, with the reason. */
export const fixedAt = (position: boolean, why: string) =>
  args
    .bool()
    .default(position)
    .refine((value) => value === position, `only ${position ? 'yes' : 'no'} is supported here: ${why}`)
    .describe(`Only ${position ? 'yes' : 'no'}: ${why}.`)

const POLICY = "files get their SELinux context from the host's policy"

/** `mode`, `owner` and `group` of every module that makes files. */
export const attributeArgs = {
  mode: args.mode().optional().describe('Permissions, octal (`0644`) or symbolic (`u=rw,g=r,o=`).'),
  owner: args.str().optional().describe('Name or number of the user who owns it.'),
  group: args.str().optional().describe('Name or number of the group that owns it.'),
  attributes: refused('set flags of the file system with command and chattr'),
  attr: refused('set flags of the file system with command and chattr'),
  seuser: refused(POLICY),
  serole: refused(POLICY),
  setype: refused(POLICY),
  selevel: refused(POLICY),
  unsafe_writes: fixedAt(false, 'a file is made beside its place and renamed into it, so that nobody sees half of it'),
}

/** `backup` and `validate` of every module that rewrites a file. */
export const rewriteArgs = {
  backup: args.bool().default(false).describe('Keep the old file beside the new one, with the time in its name.'),
  validate: z
    .string()
    .regex(/%s/, 'validate must contain %s')
    .optional()
    .describe('A command that must accept the new file before it takes its place; `%s` stands for its path.'),
}
