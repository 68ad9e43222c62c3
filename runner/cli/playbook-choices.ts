import { RunnerError } from '../base/error.ts'
import type { Selection } from '../plan/types.ts'
import { type AnsibleConfig, readAnsibleConfig } from './ansible-config.ts'
import type { Arguments } from './arguments.ts'
import type { Io } from './io.ts'
import { commaList } from './option-values.ts'
import type { PlaybookArguments, TAG_OPTIONS } from './playbook-options.ts'
import { journalFolder, type RunChoices, runChoices, type ShowMode } from './run-choices.ts'
import { UsageError } from './usage-error.ts'

/** A playbook command line, read and checked; defaults are in. */
export interface PlaybookChoices extends RunChoices {
  readonly playbooks: readonly string[]
}

/** @throws UsageError where no playbook is named. @throws RunnerError `options` for a bad value */
export function playbookChoices(args: PlaybookArguments, io: Io): PlaybookChoices {
  if (args.words.length === 0)
    throw new UsageError(io.tool === undefined ? 'no playbook given' : 'the following arguments are required: playbook')
  const config = readAnsibleConfig(io)
  return {
    ...runChoices(args, io, config),
    playbooks: args.words,
    selection: { ...tagSelection(args, config), startAtTask: args.value('startAtTask') },
    forceHandlers: args.flag('forceHandlers') || config.bool('DEFAULT_FORCE_HANDLERS', false),
    step: args.flag('step'),
    ...resumeChoices(args, io),
    show: showModes(args),
  }
}

/** A run that goes on keeps a journal too, to be gone on with. */
function resumeChoices(args: PlaybookArguments, io: Io): Partial<Pick<RunChoices, 'resume' | 'journal'>> {
  const resume = args.value('resumeFrom') ?? (args.flag('resume') ? 'latest' : undefined)
  return resume === undefined ? {} : { resume, journal: journalFolder(io) }
}

/** `--resume JOURNAL` and `--resume=JOURNAL` name one; another word behind `--resume` is a playbook. */
export function spellResume(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  return argv.flatMap((word, at) => {
    if (end !== -1 && at > end) return [word]
    if (word.startsWith('--resume=')) return [`--resume-from=${word.slice('--resume='.length)}`]
    return word === '--resume' && /^[^-].*\.jsonl$/.test(argv[at + 1] ?? '') ? ['--resume-from'] : [word]
  })
}

/** The tags of the settings and those of the command line. */
export function tagSelection(
  args: Pick<Arguments<typeof TAG_OPTIONS>, 'list'>,
  config: AnsibleConfig,
): Pick<Selection, 'tags' | 'skipTags'> {
  const given = (list: readonly string[], setting: string | undefined): readonly string[] =>
    commaList([...(setting === undefined ? [] : [setting]), ...list])
  return {
    tags: given(args.list('tags'), config.text('TAGS_RUN')),
    skipTags: given(args.list('skipTags'), config.text('TAGS_SKIP')),
  }
}

function showModes(args: PlaybookArguments): ReadonlySet<ShowMode> {
  const modes = new Set<ShowMode>()
  if (args.flag('syntaxCheck')) modes.add('syntax')
  if (args.flag('listTasks')) modes.add('tasks')
  if (args.flag('listTags')) modes.add('tags')
  if (args.flag('listHosts')) modes.add('hosts')
  if (modes.has('syntax') && modes.size > 1) throw new RunnerError('options', '--syntax-check cannot go with --list-*')
  return modes
}
