import { args, defineModule, Failure, fail, z } from '../runner/module/index.ts'
import { attributeArgs, rewriteArgs } from './_arguments.ts'
import { editBlock } from './_block.ts'
import { fromByteText } from './_bytes.ts'
import { MAX_TEXT, missingParent, readTarget, type Target } from './_target.ts'
import { editChanges, oldText, shownTexts } from './_write.ts'

const schema = z
  .strictObject({
    path: args.path().describe('The file to edit.'),
    state: z.enum(['present', 'absent']).default('present'),
    block: args.str().default('').describe('The lines; none is the same as `state: absent`.'),
    marker: z
      .string()
      .default('# {mark} ANSIBLE MANAGED BLOCK')
      .describe('The lines around the block; `{mark}` becomes the word for its beginning or end.'),
    marker_begin: z.string().default('BEGIN'),
    marker_end: z.string().default('END'),
    insertafter: z.string().optional().describe('Where a new block goes: after the last line that matches this expression, or `EOF`.'),
    insertbefore: z.string().optional().describe('Where a new block goes: before the last line that matches this expression, or `BOF`.'),
    create: args.bool().default(false).describe('Make the file where it does not exist.'),
    append_newline: args.bool().default(false).describe('An empty line behind the block.'),
    prepend_newline: args.bool().default(false).describe('An empty line before the block.'),
    ...attributeArgs,
    ...rewriteArgs,
  })
  .superRefine((task, context) => {
    if (task.insertafter !== undefined && task.insertbefore !== undefined)
      context.addIssue({ code: 'custom', message: 'parameters are mutually exclusive: insertbefore|insertafter' })
  })

type Args = z.infer<typeof schema>

export default defineModule<Args, Target>({
  name: 'blockinfile',
  summary: 'Ensure that a block of lines, between two markers, is in a text file.',
  args: schema,
  aliases: { dest: 'path', destfile: 'path', name: 'path', content: 'block' },
  returns: z.object({ msg: z.string(), backup_file: z.string().optional() }),
  examples: [
    {
      name: 'Names of all nodes',
      yaml: 'blockinfile:\n  path: /etc/hosts\n  block: |\n    192.0.2.1 controller\n    192.0.2.2 compute\n',
      lab: { first: 'changed' },
    },
    {
      name: 'No such block',
      yaml: "blockinfile:\n  path: /etc/hosts\n  marker: '# {mark} OLD NODES'\n  state: absent\n",
      lab: { first: 'ok' },
    },
  ],
  async check(host, task) {
    const target = await readTarget(host, task.path, { wanted: task, content: MAX_TEXT, follow: true })
    if (target instanceof Failure) return target
    if (target.file.type === 'directory') return fail(`Path ${task.path} is a directory !`, { data: { rc: 256 } })
    if (target.file.type !== 'absent') return target
    if (!task.create) return fail(`Path ${task.path} does not exist !`, { data: { rc: 257 } })
    return missingParent(target) ?? target
  },
  plan(target, task) {
    const before = oldText(target)
    if (before === undefined)
      return [{ what: `edit ${target.path}`, actions: [], certainty: 'maybe', why: `the content of ${target.path} is not known yet` }]
    const edit = editBlock(before, task)
    if (edit instanceof Failure) return edit
    return editChanges({
      target,
      before,
      after: edit.text,
      content: { bytes: fromByteText(edit.text) },
      shown: shownTexts(before, edit.text),
      wanted: task,
      backup: task.backup,
      validate: task.validate,
      what: `${edit.what === '' ? 'create' : edit.what} in ${target.path}`,
    })
  },
  result(target, task, outcomes) {
    const edit = editBlock(oldText(target) ?? '', task)
    if (edit instanceof Failure) return edit
    const backup = task.backup ? (outcomes.find((outcome) => outcome.id === 'write')?.stdout.trim() ?? '') : ''
    return {
      msg: target.file.type === 'absent' && edit.what !== '' ? 'File created' : edit.what,
      ...(backup === '' ? {} : { backup_file: backup }),
    }
  },
})
