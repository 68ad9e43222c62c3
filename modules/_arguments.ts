import { args, Secret, z } from '../runner/module/index.ts'

/** Arguments that many modules share. */

/** A text that may be a secret; it stays one. */
export const textOrSecret = () => z.union([z.instanceof(Secret), args.str()])

/** `mode`, `owner` and `group` of every module that makes files. */
export const attributeArgs = {
  mode: args.mode().optional().describe('Permissions, octal (`0644`) or symbolic (`u=rw,g=r,o=`).'),
  owner: args.str().optional().describe('Name or number of the user who owns it.'),
  group: args.str().optional().describe('Name or number of the group that owns it.'),
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

/** An argument of Ansible's module that is refused by its name, with the reason. */
export const refused = (why: string) =>
  z
    .unknown()
    .optional()
    .refine((value) => value === undefined, `is not supported here: ${why}`)
    .describe(`Refused: ${why}.`)
