import { args, defineModule, Failure, fail, z } from '../runner/module/index.ts'
import { attributeArgs, rewriteArgs } from './_arguments.ts'
import { fromByteText } from './_bytes.ts'
import { type Replaced, replaceAll } from './_replace.ts'
import { MAX_TEXT, readTarget, type Target } from './_target.ts'
import { editChanges, oldText, shownTexts } from './_write.ts'

const schema = z.strictObject({
  path: args.path().describe('The file to edit.'),
  regexp: z.string().min(1).describe('What is replaced, in the syntax of Python with its MULTILINE flag.'),
  replace: args.str().default('').describe('What stands there instead; `\\1` and `\\g<name>` are groups.'),
  after: z.string().optional().describe('Only what comes after the first match of this.'),
  before: z.string().optional().describe('Only what comes before the first match of this (behind `after`).'),
  encoding: z.enum(['utf-8', 'UTF-8', 'utf8']).default('utf-8'),
  ...attributeArgs,
  ...rewriteArgs,
})

type Args = z.infer<typeof schema>

export default defineModule<Args, Target>({
  name: 'replace',
  summary: 'Replace all places of a file that match an expression.',
  args: schema,
  aliases: { dest: 'path', destfile: 'path', name: 'path' },
  returns: z.object({ msg: z.string(), backup_file: z.string().optional() }),
  examples: [
    {
      name: 'An old name',
      yaml: "replace:\n  path: /etc/hosts\n  regexp: '(\\s+)old\\.example(\\s+.*)?$'\n  replace: '\\1new.example\\2'\n",
      lab: { first: 'ok' },
    },
  ],
  async check(host, task) {
    const target = await readTarget(host, task.path, { wanted: task, content: MAX_TEXT, follow: true })
    if (target instanceof Failure) return target
    if (target.file.type === 'directory') return fail(`Path ${task.path} is a directory !`, { data: { rc: 256 } })
    if (target.file.type === 'absent') return fail(`Path ${task.path} does not exist !`, { data: { rc: 257 } })
    return target
  },
  plan(target, task) {
    const before = oldText(target)
    if (before === undefined)
      return [{ what: `edit ${target.path}`, actions: [], certainty: 'maybe', why: `the content of ${target.path} is not known yet` }]
    const done = replaceAll(before, task)
    if (done instanceof Failure) return done
    return editChanges({
      target,
      before,
      after: done.text,
      content: { bytes: fromByteText(done.text) },
      shown: shownTexts(before, done.text),
      wanted: task,
      backup: task.backup,
      validate: task.validate,
      what: `${said(done, before)} in ${target.path}`,
    })
  },
  result(target, task, outcomes) {
    const before = oldText(target) ?? ''
    const done = replaceAll(before, task)
    if (done instanceof Failure) return done
    const backup = task.backup ? (outcomes.find((outcome) => outcome.id === 'write')?.stdout.trim() ?? '') : ''
    return {
      msg: done.noPlace ? 'Pattern for before/after params did not match the given file.' : said(done, before),
      rc: 0,
      ...(backup === '' ? {} : { backup_file: backup }),
    }
  },
})

function said(done: Replaced, before: string): string {
  return done.count === 0 || done.text === before ? '' : `${String(done.count)} replacements made`
}
