import { posix } from 'node:path'
import {
  type Action,
  type Change,
  defineModule,
  type Failure,
  fail,
  fileRemoved,
  fileWritten,
  type Probe,
  quote,
  quoteArgv,
  type ReadOnlyHost,
  resource,
  Unavailable,
  z,
} from '../runner/module/index.ts'
import { type CronArgs, cronSchema } from './_cron-args.ts'
import { cronNames, editCrontab } from './_crontab.ts'
import { MAX_TEXT } from './_target.ts'

/** The text that is there; undefined where a `cron_file` is not. */
interface State {
  readonly text: string | undefined
}

export default defineModule<CronArgs, State>({
  name: 'cron',
  summary: "Jobs and variables of users' crontabs and of files in /etc/cron.d.",
  description: 'Entries are marked by a line `#Ansible: NAME`, so that they and those of Ansible are the same.',
  args: cronSchema,
  aliases: { value: 'job', dom: 'day', dow: 'weekday' },
  returns: z.object({
    jobs: z.array(z.string()).describe('Names of the jobs that are there now.'),
    envs: z.array(z.string()).describe('Names of the variables.'),
    cron_file: z.string().optional(),
    backup_file: z.string().optional(),
  }),
  examples: [
    {
      name: 'Every five minutes',
      yaml: 'cron:\n  name: look around\n  minute: "*/5"\n  job: /bin/true\n',
      lab: { first: 'changed', second: 'ok' },
    },
    { name: 'A variable', yaml: 'cron:\n  name: MAILTO\n  env: true\n  job: root\n', lab: { first: 'changed', second: 'ok' } },
    {
      name: 'Another one behind it',
      yaml: 'cron:\n  name: SHELL\n  env: true\n  value: /bin/sh\n  insertafter: MAILTO\n  backup: true\n',
      lab: { first: 'changed', second: 'ok' },
    },
    { name: 'Not any more', yaml: 'cron:\n  name: look around\n  state: absent\n', lab: { first: 'changed', second: 'ok' } },
    {
      name: 'In a file of its own',
      yaml: 'cron:\n  name: sweep\n  special_time: daily\n  job: /bin/true\n  cron_file: lab-sweep\n  user: root\n',
      lab: { first: 'changed', second: 'ok' },
    },
    {
      name: 'And the file is gone',
      yaml: 'cron:\n  name: sweep\n  state: absent\n  cron_file: lab-sweep\n',
      lab: { first: 'changed', second: 'ok' },
    },
  ],
  async check(host, task, context): Promise<State | Failure> {
    const path = fileOf(task)
    if (path === undefined) return { text: await host.probe(crontabProbe(task)) }
    if (!/^[A-Za-z0-9_-]+$/.test(posix.basename(path)))
      context.warn(
        `Filename portion of cron_file ("${posix.basename(path)}") should consist solely of upper- and lower-case letters, digits, underscores, and hyphens`,
      )
    return readFile(host, path)
  },
  plan,
  result({ text }, task, outcomes) {
    const backup = outcomes.find(({ id }) => id === 'backup')
    return {
      ...cronNames(edited(text, task) ?? text ?? ''),
      ...(task.cron_file === undefined ? {} : { cron_file: task.cron_file }),
      ...(backup === undefined ? {} : { backup_file: backup.stdout }),
    }
  },
})

async function readFile(host: ReadOnlyHost, path: string): Promise<State | Failure> {
  const file = await host.file(path, { content: MAX_TEXT, follow: true })
  if (file.type === 'absent') return { text: undefined }
  return file.type === 'file' && file.content !== undefined ? { text: file.content.toString('utf8') } : fail(`cannot read ${path}`)
}

function fileOf(task: CronArgs): string | undefined {
  return task.cron_file === undefined ? undefined : posix.resolve('/etc/cron.d', task.cron_file)
}

function crontabProbe(task: CronArgs): Probe<string> {
  return {
    kind: 'crontab',
    key: task.user ?? '',
    script: `sr_has crontab || (exit 127) && crontab ${task.user === undefined ? '' : `-u ${quote(task.user)} `}-l`,
    parse({ rc, text, stderr }) {
      if (rc === 127) return new Unavailable('there is no crontab on this host', 'install the package cron first')
      if (rc === 0 || /no crontab for/i.test(stderr)) return text
      return new Unavailable(`Unable to read crontab: ${stderr.trim()}`)
    },
    fresh: () => '',
  }
}

function edited(text: string | undefined, task: CronArgs): string | undefined {
  const { name, state, env, insertafter, insertbefore } = task
  const beside = insertafter === undefined ? insertbefore : insertafter
  const where = insertafter === undefined ? ('before' as const) : ('after' as const)
  return editCrontab(text ?? '', {
    name,
    line: lineOf(task),
    state,
    env,
    beside: beside === undefined ? undefined : { name: beside, where },
  })
}

function plan({ text }: State, task: CronArgs): readonly Change[] | Failure {
  const after = edited(text, task)
  const isAbsent = task.state === 'absent'
  if (after === undefined) return fail(`Variable named '${task.insertafter ?? task.insertbefore ?? ''}' not found.`)
  if (after === (text ?? '')) return []
  const path = fileOf(task)
  const file = path ?? `crontab of ${task.user ?? 'the user'}`
  const kept: readonly Action[] = task.backup ? [{ do: 'run', id: 'backup', argv: ['sh', '-c', KEEP], stdin: text ?? '' }] : []
  return [
    {
      what: `${isAbsent ? 'take' : 'set'} ${task.name} ${isAbsent ? 'out of' : 'in'} the ${path === undefined ? file : `file ${path}`}`,
      ...(path === undefined ? crontabChange(kept, after, task) : fileChange(kept, after, path)),
      diff: { beforeName: file, afterName: file, before: text ?? '', after },
    },
  ]
}

function crontabChange(kept: readonly Action[], after: string, task: CronArgs): Pick<Change, 'actions' | 'effects'> {
  const { user } = task
  return {
    actions: [...kept, { do: 'run', argv: ['crontab', ...(user === undefined ? [] : ['-u', user]), '-'], stdin: after }],
    effects: [resource('crontab', user ?? '', after)],
  }
}

/** A file without entries is removed. */
function fileChange(kept: readonly Action[], after: string, path: string): Pick<Change, 'actions' | 'effects'> {
  if (after.trim() === '')
    return {
      actions: [...kept, { do: 'script', script: quoteArgv(['rm', '-f', '--', path]), purpose: `remove ${path}` }],
      effects: [fileRemoved(path)],
    }
  return {
    actions: [...kept, { do: 'write', path, content: after }],
    effects: [fileWritten(path, { content: Buffer.from(after) })],
  }
}

const KEEP = 'umask 077; p=$(mktemp "${TMPDIR:-/tmp}/crontabXXXXXXXX") && cat >"$p" && printf %s "$p"'

function lineOf(task: CronArgs): string {
  const job = task.job ?? ''
  if (task.env) return `${task.name}="${job}"`
  const time =
    task.special_time === undefined ? [task.minute, task.hour, task.day, task.month, task.weekday].join(' ') : `@${task.special_time}`
  return `${task.disabled ? '#' : ''}${time} ${task.cron_file === undefined ? '' : `${task.user ?? ''} `}${job}`
}
