import { args, defineModule, Failure, fail, z } from '../runner/module/index.ts'
import { attributeArgs, rewriteArgs } from './_arguments.ts'
import { fromByteText } from './_bytes.ts'
import { editLines, lineArgs, requireLineArgs } from './_lineinfile.ts'
import { MAX_TEXT, readTarget, type Target } from './_target.ts'
import { editChanges, oldText, shownTexts } from './_write.ts'

const schema = z
  .strictObject({
    path: args.path().describe('The file to edit.'),
    ...lineArgs,
    create: args.bool().default(false).describe('Make the file where it does not exist.'),
    ...attributeArgs,
    ...rewriteArgs,
  })
  .superRefine(requireLineArgs)

type Args = z.infer<typeof schema>

export default defineModule<Args, Target>({
  name: 'lineinfile',
  summary: 'Ensure that a line is in a text file, or that no line like it is.',
  description:
    'One line at a time: several lines are `blockinfile`, whole files are `copy` or `template`. Expressions have the syntax of Python.',
  args: schema,
  aliases: { dest: 'path', destfile: 'path', name: 'path', regex: 'regexp', value: 'line' },
  returns: z.object({ msg: z.string(), backup: z.string(), found: z.number().optional() }),
  examples: [
    {
      name: 'A line that replaces another',
      yaml: `lineinfile:\n  path: /etc/login.defs\n  regexp: '^UMASK\\s'\n  line: "UMASK\\t\\t027"\n`,
      lab: { first: 'changed' },
    },
    {
      name: 'A file with one line',
      yaml: 'lineinfile:\n  path: /etc/motd.tail\n  line: Managed by stackrun\n  create: true\n  mode: "0644"\n',
      lab: { first: 'changed' },
    },
    { name: 'No such line', yaml: "lineinfile:\n  path: /etc/hosts\n  regexp: '\\sold-name$'\n  state: absent\n", lab: { first: 'ok' } },
  ],
  async check(host, task) {
    const target = await readTarget(host, task.path, { wanted: task, content: MAX_TEXT, follow: true })
    if (target instanceof Failure) return target
    if (target.file.type === 'directory') return fail(`Path ${task.path} is a directory !`, { data: { rc: 256 } })
    if (target.file.type === 'absent' && task.state === 'present' && !task.create)
      return fail(`Destination ${task.path} does not exist !`, { data: { rc: 257 } })
    return target
  },
  plan(target, task) {
    if (target.file.type === 'absent' && task.state === 'absent') return []
    const before = oldText(target)
    if (before === undefined) return [doubt(target)]
    const edit = editLines(before, task)
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
      parents: 'create',
      what: `${edit.what === '' ? 'create' : edit.what} in ${target.path}`,
    })
  },
  result(target, task, outcomes) {
    const edit = editLines(oldText(target) ?? '', task)
    if (edit instanceof Failure) return edit
    const backup = task.backup ? (outcomes.find((outcome) => outcome.id === 'write')?.stdout.trim() ?? '') : ''
    if (task.state === 'absent')
      return target.file.type === 'absent' ? { msg: 'file not present' } : { msg: edit.what, found: edit.found, backup }
    const attributes = outcomes.some((outcome) => outcome.id !== 'write') ? 'ownership, perms or SE linux context changed' : ''
    return { msg: [edit.what, attributes].filter((part) => part !== '').join(' and '), backup }
  },
})

function doubt(target: Target) {
  return { what: `edit ${target.path}`, actions: [], certainty: 'maybe' as const, why: `the content of ${target.path} is not known yet` }
}
