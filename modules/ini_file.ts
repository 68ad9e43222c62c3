import { args, type Change, defineModule, Failure, fail, Secret, z } from '../runner/module/index.ts'
import { attributeArgs, rewriteArgs, textOrSecret } from './_arguments.ts'
import { fromByteText, revealed } from './_bytes.ts'
import { editAll, type IniFileArgs, iniEdits, maskEdits } from './_ini-task.ts'
import { MAX_TEXT, readTarget, type Target } from './_target.ts'
import { editChanges, oldText, shownTexts } from './_write.ts'

const value = () => z.union([z.null(), textOrSecret()])

const schema = z
  .strictObject({
    path: args.path().describe('The INI file.'),
    section: args.str().optional().describe('Name of the section; left out, the lines before the first section.'),
    option: args.str().optional().describe('Name of the option; left out, the section as a whole.'),
    value: textOrSecret().optional().describe('The value of the option.'),
    values: args.list(textOrSecret()).optional().describe('Several values: one line each.'),
    settings: z
      .record(z.string(), z.record(z.string(), z.union([value(), z.array(textOrSecret())])))
      .optional()
      .describe(
        'Extension: many options at once, `{section: {option: value}}`. A list makes several lines, null takes the option away. The section `""` is the lines before the first one.',
      ),
    state: z.enum(['present', 'absent']).default('present'),
    exclusive: args.bool().default(true).describe('Lines of the option with other values go.'),
    no_extra_spaces: args.bool().default(false).describe('Write `option=value`.'),
    ignore_spaces: args.bool().default(false).describe('Spaces around `=` are no difference.'),
    allow_no_value: args.bool().default(false).describe('An option without a value is written alone.'),
    modify_inactive_option: args.bool().default(true).describe('A commented-out line of the option is where its value goes.'),
    section_has_values: z
      .array(z.strictObject({ option: args.str(), value: args.str().optional(), values: args.list(args.str()).optional() }))
      .optional()
      .describe('Only a section that has these options counts.'),
    create: args.bool().default(true).describe('Make the file where it does not exist.'),
    follow: args.bool().default(false).describe('Edit what a symbolic link points to.'),
    backup: rewriteArgs.backup,
    ...attributeArgs,
  })
  .superRefine((task, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
    if (task.value !== undefined && task.values !== undefined) refuse('parameters are mutually exclusive: value|values')
    const single = task.section ?? task.option ?? task.value ?? task.values
    if (task.settings !== undefined && single !== undefined) refuse('settings stands alone: without section, option, value and values')
    const valueless = task.value === undefined && (task.values ?? []).length === 0
    if (task.settings === undefined && task.state === 'present' && !task.allow_no_value && valueless && task.option !== undefined) {
      refuse("Parameter 'value(s)' must be defined if state=present and allow_no_value=False.")
    }
  })

export default defineModule<IniFileArgs, Target>({
  name: 'ini_file',
  fqcn: ['community.general.ini_file'],
  summary: 'Ensure that options of an INI file have their values.',
  description: 'Comments, blank lines and the order of a file stay. `settings` sets many options of many sections in one task.',
  args: schema,
  aliases: { dest: 'path' },
  returns: z.object({ path: z.string(), msg: z.string(), backup_file: z.string().optional() }),
  examples: [
    {
      name: 'One option',
      yaml: 'ini_file:\n  path: /etc/demo.conf\n  section: DEFAULT\n  option: debug\n  value: "false"\n  mode: "0640"\n',
      lab: { first: 'changed' },
    },
    {
      name: 'Many options in one task',
      yaml: 'ini_file:\n  path: /etc/demo2.conf\n  settings:\n    DEFAULT:\n      debug: "false"\n    database:\n      connection: sqlite:////var/lib/demo.db\n      idle_timeout: null\n',
      lab: { first: 'changed' },
    },
    { name: 'No such section', yaml: 'ini_file:\n  path: /etc/demo.conf\n  section: old\n  state: absent\n', lab: { first: 'ok' } },
  ],
  async check(host, task) {
    const target = await readTarget(host, task.path, { wanted: task, content: MAX_TEXT, follow: task.follow })
    if (target instanceof Failure) return target
    // Without `follow` a link is read through and then replaced by a file.
    const seen =
      target.file.type === 'link' ? { ...target, file: await host.file(target.path, { content: MAX_TEXT, follow: true }) } : target
    if (seen.file.type === 'directory') return fail(`${task.path} is a directory`)
    if (seen.file.type === 'absent' && !task.create) return fail(`Destination ${task.path} does not exist!`, { data: { rc: 257 } })
    return seen
  },
  plan(target, task) {
    if (target.file.type === 'absent' && task.state === 'absent') return []
    const before = oldText(target)
    if (before === undefined) return [unseen(target, task)]
    const { text, message } = editAll(before, task)
    const edits = iniEdits(task)
    return editChanges({
      target,
      before,
      after: text,
      content: { bytes: fromByteText(text) },
      shown: shownTexts(maskEdits(before, edits), maskEdits(text, edits)),
      wanted: task,
      backup: task.backup,
      parents: 'create',
      what: `${message} in ${target.path}${describe(task)}`,
    })
  },
  result(target, task, outcomes) {
    const { message } = editAll(oldText(target) ?? '', task)
    const backup = task.backup ? (outcomes.find((outcome) => outcome.id === 'write')?.stdout.trim() ?? '') : ''
    return { path: task.path, msg: message, ...(backup === '' ? {} : { backup_file: backup }) }
  },
})

/** The file's content cannot be known yet. A generated secret cannot be in it; of other values a package may have thought. */
function unseen(target: Target, task: IniFileArgs): Change {
  const secret = iniEdits(task).some((edit) => edit.values.some((each) => each instanceof Secret && revealed(each) !== ''))
  const what = `set options in ${target.path}${describe(task)}`
  if (secret && task.state === 'present') return { what, actions: [] }
  return { what, actions: [], certainty: 'maybe', why: `the content of ${target.path} is not known yet` }
}

function describe(task: IniFileArgs): string {
  if (task.settings !== undefined)
    return ` (${Object.keys(task.settings)
      .map((name) => `[${name}]`)
      .join(', ')})`
  return ` ([${task.section ?? ''}]${task.option === undefined ? '' : ` ${task.option}`})`
}
