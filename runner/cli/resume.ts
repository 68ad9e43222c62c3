import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { RunnerError } from '../base/error.ts'
import type { RunBasis } from '../base/event.ts'
import { Earlier } from '../execute/earlier.ts'
import { writtenText } from '../load/text.ts'
import type { TaskStep } from '../plan/types.ts'
import type { Io } from './io.ts'
import type { Job } from './job.ts'
import { type Journal, readJournal } from './read-journal.ts'

/** The run that is to begin. */
export interface Current {
  /** Of the journals. */
  readonly folder: string
  readonly playbooks: readonly string[]
  readonly basis: RunBasis
}

export interface Resumed {
  readonly journal: Journal
  readonly earlier: Earlier
}

/**
 * What an earlier run of the same playbooks has done, for this one to go on with.
 * @throws RunnerError `options` where there is none, it ended well or still runs, or what it rested on has changed
 */
export function resume({ choices, io }: Job, current: Current): Resumed {
  const { playbooks, basis } = current
  const journal = choices.resume === 'latest' ? latest(current, io) : readJournal(resolve(io.cwd, choices.resume ?? ''))
  const shown = relative(io.cwd, journal.file)
  if (journal.playbooks.join() !== playbooks.join())
    throw cannot(shown, `it is of ${journal.playbooks.map((path) => relative(io.cwd, path)).join(', ')}`, 'name the same playbooks')
  if (journal.basis === undefined) throw cannot(shown, 'it does not say what that run rested on', 'run the playbook without --resume')
  if (journal.ended === 'well') throw cannot(shown, 'that run ended well', 'there is nothing left to do')
  if (journal.ended === 'cut short' && isRunning(journal.file)) throw cannot(shown, 'that run is still going on', 'wait for it, or stop it')
  refuseChanges(shown, journal.basis, basis)
  const changed = differing(journal.basis.files, basis.files)
  const count = [...journal.done.values()].reduce((sum, tasks) => sum + tasks.length, 0)
  io.stderr.write(`run: going on with ${shown}: ${String(count)} ${count === 1 ? 'task' : 'tasks'} of hosts done\n`)
  if (changed.length > 0) io.stderr.write(`run: tasks that may send these files run again, for they changed: ${changed.join(', ')}\n`)
  return { journal, earlier: new Earlier(journal.done, (step) => usesOneOf(changed, step)) }
}

function cannot(journal: string, why: string, hint: string): RunnerError {
  return new RunnerError('options', `cannot go on with ${journal}: ${why}`, { hint })
}

/** Names of journals begin with the time. One in which no run has begun is that of a command that found a mistake, or of this one. */
function latest({ folder, playbooks }: Current, io: Io): Journal {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonl')) : []
  for (const name of names.toSorted().reverse()) {
    const journal = begun(join(folder, name))
    if (journal?.playbooks.join() === playbooks.join()) return journal
  }
  throw new RunnerError('options', `there is no journal of a run of these playbooks in ${relative(io.cwd, folder)}`, {
    hint: 'runs with --journal (or STACKRUN_JOURNAL=1) can be gone on with',
  })
}

function begun(file: string): Journal | undefined {
  try {
    return readJournal(file)
  } catch (error) {
    if (error instanceof RunnerError) return undefined
    throw error
  }
}

/** The name of a journal ends with the id of its process. */
function isRunning(file: string): boolean {
  const pid = /-(\d+)\.jsonl$/.exec(file)?.[1]
  if (pid === undefined || Number(pid) === process.pid) return false
  try {
    return /node|run/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
  } catch {
    return false
  }
}

function refuseChanges(journal: string, before: RunBasis, now: RunBasis): void {
  const choices = differing(before.choices, now.choices)
  const variables = differing(before.variables, now.variables)
  if (choices.length + variables.length === 0) return
  const what = [...choices, ...variables.map((path) => `variables in ${path}`)]
  throw cannot(
    journal,
    `other than then ${what.length === 1 ? 'is' : 'are'} ${what.join(', ')}`,
    'run the playbook without --resume: what is done already is found done',
  )
}

function differing(before: Readonly<Record<string, string>>, now: Readonly<Record<string, string>>): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)])
  return [...names].filter((name) => before[name] !== now[name])
}

const SENDERS = new Set(['assemble', 'copy', 'script', 'template', 'unarchive'])

/** A task that sends files of the controller, or looks them up, may mean any of its role's; outside of roles, any at all. */
function usesOneOf(changed: readonly string[], step: TaskStep): boolean {
  const below = step.role === undefined ? '' : `${step.role.path}/`
  if (!changed.some((path) => path.startsWith(below))) return false
  return SENDERS.has(step.action.name) || [...step.args.values()].some(({ value }) => /\b(?:lookup|query)\b/.test(writtenText(value)))
}
