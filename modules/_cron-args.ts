import { args as arg, z } from '../runner/module/index.ts'

const when = (meaning: string) => arg.str().default('*').describe(meaning)

/** The arguments of the module cron. */
export const cronSchema = z
  .strictObject({
    name: arg.str().describe('What the entry is told by, or with `env` the name of the variable.'),
    job: z
      .string()
      .transform((text) => text.replace(/^[\r\n]+|[\r\n]+$/g, ''))
      .refine((text) => !/[\r\n]/.test(text), 'Job should not contain line breaks')
      .optional()
      .describe('The command, or with `env` the value.'),
    state: z.enum(['present', 'absent']).default('present'),
    user: arg.str().optional().describe('Whose crontab; default: that of the user of the session. With `cron_file`: who runs the job.'),
    cron_file: arg
      .path()
      .optional()
      .describe("A file of jobs instead of a user's crontab: a name in /etc/cron.d, or a path. It goes with its last entry."),
    backup: arg.bool().default(false).describe('Keep the old text in a temporary file, before a change.'),
    minute: when('0-59, `*/5` …'),
    hour: when('0-23'),
    day: when('1-31'),
    month: when('1-12'),
    weekday: when('0-6, Sunday is 0.'),
    special_time: z.enum(['annually', 'daily', 'hourly', 'monthly', 'reboot', 'weekly', 'yearly']).optional(),
    disabled: arg.bool().default(false).describe('Keep the entry, commented out.'),
    env: arg.bool().default(false).describe('A variable of the crontab instead of a job.'),
    insertafter: arg.str().optional().describe('With `env`: a new variable goes behind this one.'),
    insertbefore: arg.str().optional().describe('With `env`: a new variable goes before this one.'),
  })
  .superRefine((task, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
    const timed = [task.minute, task.hour, task.day, task.month, task.weekday].some((part) => part !== '*')
    const isPresent = task.state === 'present'
    if (isPresent && task.job === undefined) refuse("You must specify 'job' to install a new cron job or variable")
    if (isPresent && task.cron_file !== undefined && task.user === undefined)
      refuse('To use cron_file=... parameter you must specify user=... as well')
    if (task.special_time !== undefined && timed) refuse('You cannot combine special_time with any of the time or day/date parameters.')
    if (task.env && /\s/.test(task.name)) refuse('Invalid name for environment variable')
    if (task.cron_file === '/etc/crontab') refuse('Will not manage /etc/crontab via cron_file, see documentation.')
    if (task.insertafter !== undefined && task.insertbefore !== undefined)
      refuse('parameters are mutually exclusive: insertafter|insertbefore')
    if ((task.insertafter ?? task.insertbefore) !== undefined && !task.env)
      refuse('Insertafter and insertbefore parameters are valid only with env=yes')
  })

export type CronArgs = z.output<typeof cronSchema>
