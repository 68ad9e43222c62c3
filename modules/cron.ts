import { args as arg, type Change, defineModule, quote, resource, Unavailable, z } from '../runner/module/index.ts'
import { editCrontab } from './_crontab.ts'

const when = (meaning: string) => arg.str().default('*').describe(meaning)

const schema = z
  .strictObject({
    name: arg.str().describe('What the entry is told by, or with `env` the name of the variable.'),
    job: z
      .string()
      .regex(/^[^\r\n]*$/, 'Job should not contain line breaks')
      .optional()
      .describe('The command, or with `env` the value.'),
    state: z.enum(['present', 'absent']).default('present'),
    user: arg.str().optional().describe('Whose crontab; default: that of the user of the session.'),
    minute: when('0-59, `*/5` …'),
    hour: when('0-23'),
    day: when('1-31'),
    month: when('1-12'),
    weekday: when('0-6, Sunday is 0.'),
    special_time: z.enum(['annually', 'daily', 'hourly', 'monthly', 'reboot', 'weekly', 'yearly']).optional(),
    disabled: arg.bool().default(false).describe('Keep the entry, commented out.'),
    env: arg.bool().default(false).describe('A variable of the crontab instead of a job.'),
  })
  .superRefine((task, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
    const timed = [task.minute, task.hour, task.day, task.month, task.weekday].some((part) => part !== '*')
    if (task.state === 'present' && task.job === undefined) refuse("You must specify 'job' to install a new cron job or variable")
    if (task.special_time !== undefined && timed) refuse('You must specify time and date fields or special time.')
    if (task.env && /\s/.test(task.name)) refuse('Invalid name for environment variable')
  })

type Args = z.output<typeof schema>

export default defineModule<Args, string>({
  name: 'cron',
  summary: "Jobs and variables of users' crontabs.",
  description:
    'Entries are marked by a line `#Ansible: NAME`, so that they and those of Ansible are the same. For files in /etc/cron.d use copy or template.',
  args: schema,
  aliases: { value: 'job', dom: 'day', dow: 'weekday' },
  returns: z.object({ name: z.string(), state: z.string() }),
  examples: [
    {
      name: 'Every five minutes',
      yaml: 'cron:\n  name: look around\n  minute: "*/5"\n  job: /bin/true\n',
      lab: { first: 'changed', second: 'ok' },
    },
    { name: 'A variable', yaml: 'cron:\n  name: MAILTO\n  env: true\n  job: root\n', lab: { first: 'changed', second: 'ok' } },
    { name: 'Not any more', yaml: 'cron:\n  name: look around\n  state: absent\n', lab: { first: 'changed', second: 'ok' } },
  ],
  check: (host, task) =>
    host.probe<string>({
      kind: 'crontab',
      key: task.user ?? '',
      script: `sr_has crontab || (exit 127) && crontab ${task.user === undefined ? '' : `-u ${quote(task.user)} `}-l`,
      parse({ rc, text, stderr }) {
        if (rc === 127) return new Unavailable('there is no crontab on this host', 'install the package cron first')
        if (rc === 0 || /no crontab for/i.test(stderr)) return text
        return new Unavailable(`Unable to read crontab: ${stderr.trim()}`)
      },
      fresh: () => '',
    }),
  plan(text, task): readonly Change[] {
    const after = editCrontab(text, { name: task.name, line: lineOf(task), state: task.state, env: task.env })
    const file = `crontab of ${task.user ?? 'the user'}`
    if (after === text) return []
    return [
      {
        what: `${task.state === 'absent' ? 'take' : 'set'} ${task.name} ${task.state === 'absent' ? 'out of' : 'in'} the ${file}`,
        actions: [{ do: 'run', argv: ['crontab', ...(task.user === undefined ? [] : ['-u', task.user]), '-'], stdin: after }],
        effects: [resource('crontab', task.user ?? '', after)],
        diff: { beforeName: file, afterName: file, before: text, after },
      },
    ]
  },
  result: (_text, task) => ({ name: task.name, state: task.state }),
})

function lineOf(task: Args): string {
  const job = task.job ?? ''
  if (task.env) return `${task.name}="${job}"`
  const time =
    task.special_time === undefined ? [task.minute, task.hour, task.day, task.month, task.weekday].join(' ') : `@${task.special_time}`
  return `${task.disabled ? '#' : ''}${time} ${job}`
}
