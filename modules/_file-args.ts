import { args, z } from '../runner/module/index.ts'
import { attributeArgs } from './_arguments.ts'
import { parseTime } from './_file-times.ts'

/** The arguments of the module file. */
export const fileSchema = z
  .strictObject({
    path: args.path().describe('The path that is to be so.'),
    state: z
      .enum(['file', 'directory', 'touch', 'link', 'hard', 'absent'])
      .optional()
      .describe(
        '`file` changes attributes only; `touch` makes an empty file. Without it: what the path is, or `directory` with `recurse`.',
      ),
    src: args.path().optional().describe('What a link points to, as it is to be written in it.'),
    recurse: args.bool().default(false).describe('Attributes for all that is in the directory too.'),
    force: args.bool().default(false).describe('Links: the target need not exist, a file in the way is replaced.'),
    follow: args.bool().default(true).describe('Attributes are for what a link points to.'),
    modification_time: args.str().optional().describe('`preserve`, `now` or a time. `touch` has `now`, all else `preserve`.'),
    modification_time_format: z.string().default('%Y%m%d%H%M.%S'),
    access_time: args.str().optional().describe('`preserve`, `now` or a time. `touch` has `now`, all else `preserve`.'),
    access_time_format: z.string().default('%Y%m%d%H%M.%S'),
    ...attributeArgs,
  })
  .superRefine((task, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
    if (task.recurse && task.state !== undefined && task.state !== 'directory') refuse("recurse option requires state to be 'directory'")
    if (task.src !== undefined && task.state !== 'link' && task.state !== 'hard') refuse("src option requires state to be 'link' or 'hard'")
    for (const [text, format] of [
      [task.modification_time, task.modification_time_format],
      [task.access_time, task.access_time_format],
    ] as const) {
      const named = text === undefined || text === 'preserve' || text === 'now'
      if (!named && parseTime(text, format) === undefined) refuse(`time data '${text}' does not match format '${format}'`)
    }
    if (task.src === undefined && task.state === 'hard') refuse('src is required for creating new hardlinks')
  })

export type FileArgs = z.infer<typeof fileSchema>
export type PathState = NonNullable<FileArgs['state']>
