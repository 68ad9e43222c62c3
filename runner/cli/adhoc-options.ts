import { resolve } from 'node:path'
import { readAnsibleConfig } from './ansible-config.ts'
import type { Arguments, OptionTable } from './arguments.ts'
import type { Io } from './io.ts'
import { wholeNumber } from './option-values.ts'
import { type RunChoices, runChoices } from './run-choices.ts'
import { HOW, RUN_OPTIONS, WHAT } from './run-options.ts'
import { UsageError } from './usage-error.ts'

/** Where there is no playbook: what one would have said. */
export const TASK_OPTIONS = {
  playbookDir: {
    flags: ['--playbook-dir'],
    kind: 'value',
    value: 'FOLDER',
    group: WHAT,
    help: "Stands for the playbook's folder: roles, files and variables are looked for there.",
  },
  taskTimeout: { flags: ['--task-timeout'], kind: 'value', value: 'SECONDS', group: HOW, help: 'How long a task may take.' },
} as const satisfies OptionTable

export const ADHOC_OPTIONS = {
  module: { flags: ['-m', '--module-name'], kind: 'value', value: 'MODULE', group: WHAT, help: 'The module to run (default command).' },
  args: {
    flags: ['-a', '--args'],
    kind: 'value',
    value: 'ARGS',
    group: WHAT,
    help: "Its arguments: key=value words, JSON, or a command's words.",
  },
  background: {
    flags: ['-B', '--background'],
    kind: 'value',
    value: 'SECONDS',
    group: HOW,
    help: 'Run it as a job that may take this long.',
  },
  poll: {
    flags: ['-P', '--poll'],
    kind: 'value',
    value: 'SECONDS',
    group: HOW,
    help: 'How often to ask for the job; 0 does not wait for it.',
  },
  ...TASK_OPTIONS,
  ...RUN_OPTIONS,
  oneLine: { flags: ['-o', '--one-line'], kind: 'flag', group: 'Output', help: 'One line a host, as ansible prints it.' },
  tree: {
    flags: ['-t', '--tree'],
    kind: 'value',
    value: 'FOLDER',
    group: 'Output',
    help: 'Write the result of each host to a file there.',
  },
} as const satisfies OptionTable

export type AdhocArguments = Arguments<typeof ADHOC_OPTIONS>

/** A command line with one task, read and checked. */
export interface AdhocChoices extends RunChoices {
  readonly pattern: string
  readonly module: string
  readonly args: string
  readonly timeout: number
  readonly background: number
  readonly poll: number
  readonly oneLine: boolean
  readonly tree: string | undefined
}

/** @throws UsageError where no pattern is given. @throws RunnerError `options` for a bad value */
export function adhocChoices(args: AdhocArguments, io: Io): AdhocChoices {
  const [pattern, ...more] = args.words
  if (pattern === undefined) throw new UsageError('the following arguments are required: pattern')
  if (more.length > 0) throw new UsageError(`unrecognized arguments: ${more.join(' ')}`)
  const config = readAnsibleConfig(io)
  const run = runChoices(args, io, config)
  const oneLine = args.flag('oneLine')
  const tree = args.value('tree')
  const background = args.value('background')
  return {
    ...run,
    ...taskChoices(args, io),
    output: oneLine ? 'oneline' : run.output === 'ansible' ? 'minimal' : run.output,
    pattern,
    module: args.value('module') ?? config.text('DEFAULT_MODULE_NAME') ?? 'command',
    args: args.value('args') ?? config.text('DEFAULT_MODULE_ARGS') ?? '',
    background: background === undefined || background === '0' ? 0 : wholeNumber('--background', background, 0),
    poll: args.value('poll') === '0' ? 0 : wholeNumber('--poll', args.value('poll'), config.int('DEFAULT_POLL_INTERVAL', 15)),
    oneLine,
    tree: tree === undefined ? undefined : resolve(io.cwd, tree),
  }
}

/** What stands in for a playbook. */
export function taskChoices(
  args: Pick<Arguments<typeof TASK_OPTIONS>, 'value'>,
  io: Io,
): { readonly timeout: number; readonly playbookDir: string } {
  const config = readAnsibleConfig(io)
  const folder = args.value('playbookDir') ?? config.path('PLAYBOOK_DIR')
  const timeout = args.value('taskTimeout')
  return {
    timeout: timeout === '0' ? 0 : wholeNumber('--task-timeout', timeout, config.int('TASK_TIMEOUT', 0)),
    playbookDir: resolve(io.cwd, folder ?? '.'),
  }
}
