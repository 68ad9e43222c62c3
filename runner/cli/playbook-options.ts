import type { Arguments, OptionTable } from './arguments.ts'
import { HOW, RUN_OPTIONS, SHOW, WHAT } from './run-options.ts'

/** Which tasks of the playbooks. */
export const TAG_OPTIONS = {
  tags: {
    flags: ['-t', '--tags'],
    kind: 'list',
    value: 'TAGS',
    group: WHAT,
    help: 'Only tasks with one of these tags, separated by commas.',
  },
  skipTags: { flags: ['--skip-tags'], kind: 'list', value: 'TAGS', group: WHAT, help: 'No task with one of these tags.' },
} as const satisfies OptionTable

/** The options of `run PLAYBOOK`: Ansible's names and letters, and a few of our own. */
export const PLAYBOOK_OPTIONS = {
  ...TAG_OPTIONS,
  startAtTask: {
    flags: ['--start-at-task'],
    kind: 'value',
    value: 'NAME',
    group: WHAT,
    help: 'Begin at the task of this name (a glob may be given).',
  },
  resume: {
    flags: ['--resume'],
    kind: 'flag',
    group: WHAT,
    help: 'Go on with the last run of these playbooks that kept a journal: what it finished is not done again. --resume=JOURNAL: with that one.',
  },
  resumeFrom: { flags: ['--resume-from'], kind: 'value', value: 'JOURNAL', group: WHAT, help: 'The same as --resume=JOURNAL.' },
  ...RUN_OPTIONS,
  output: { ...RUN_OPTIONS.output, flags: ['-o', '--output'] },
  forceHandlers: {
    flags: ['--force-handlers'],
    kind: 'flag',
    group: HOW,
    help: 'Run notified handlers even on hosts where a task failed.',
  },
  step: { flags: ['--step'], kind: 'flag', group: HOW, help: 'Ask before each task.' },
  syntaxCheck: {
    flags: ['--syntax-check'],
    kind: 'flag',
    group: SHOW,
    help: 'Read and check everything that can be checked before connecting.',
  },
  listTasks: { flags: ['--list-tasks'], kind: 'flag', group: SHOW, help: 'List the tasks that would run.' },
  listTags: { flags: ['--list-tags'], kind: 'flag', group: SHOW, help: 'List all tags.' },
} as const satisfies OptionTable

export type PlaybookArguments = Arguments<typeof PLAYBOOK_OPTIONS>
