import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { messageOf, RunnerError } from '../../base/error.ts'
import { readTimeline } from '../../report/timeline/spans.ts'
import { timelineSvg } from '../../report/timeline/svg.ts'
import { timelineTable } from '../../report/timeline/table.ts'
import { type OptionTable, parseArguments } from '../arguments.ts'
import { EXIT } from '../exit-code.ts'
import { optionsHelp } from '../help.ts'
import type { Io } from '../io.ts'
import { UsageError } from '../usage-error.ts'

const JOURNALS = '.stackrun/journal'

const OPTIONS = {
  svg: { flags: ['--svg'], kind: 'value', value: 'FILE', group: 'Options', help: 'Draw it: a lane for each host, a bar for each role.' },
  help: { flags: ['-h', '--help'], kind: 'flag', group: 'Options', help: 'This text.' },
} as const satisfies OptionTable

/** `run timeline [JOURNAL] [--svg FILE]`: where the time of a run went, from the journal it kept. */
export function timelineCommand(argv: readonly string[], io: Io): Promise<number> {
  const args = parseArguments(OPTIONS, argv)
  if (args.flag('help')) {
    io.stdout.write(`usage: run timeline [JOURNAL] [--svg FILE]\n\nWithout a file: the newest of ${JOURNALS}.\n\n${optionsHelp(OPTIONS)}`)
    return Promise.resolve(EXIT.ok)
  }
  const [named, ...more] = args.words
  if (more.length > 0) throw new UsageError('one journal at a time')
  const file = named === undefined ? newest(resolve(io.cwd, JOURNALS)) : resolve(io.cwd, named)
  const timeline = readTimeline(contentOf(file), file)
  const svg = args.value('svg')
  if (svg === undefined) io.stdout.write(timelineTable(timeline))
  else writeFileSync(resolve(io.cwd, svg), timelineSvg(timeline))
  return Promise.resolve(EXIT.ok)
}

function newest(folder: string): string {
  const names = journalNames(folder).toSorted()
  const last = names.at(-1)
  if (last === undefined) throw new RunnerError('options', `no journal in ${folder}`, { hint: 'run --journal keeps one of a run' })
  return join(folder, last)
}

function journalNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
  } catch {
    return []
  }
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new RunnerError('options', `cannot read ${file}: ${messageOf(error)}`)
  }
}
