import { args, type Change, type Failure, type FileState, fail, type Outcome, type ReadOnlyHost, type z } from '../runner/module/index.ts'
import { textOrSecret } from './_arguments.ts'
import { type Found, pathExists } from './_exists.ts'

/** What command, shell and script have in common. */

export const guardArgs = {
  chdir: args.path().optional().describe('The folder to run in.'),
  creates: args.path().optional().describe('A path, or a pattern: where it exists, the command is not run.'),
  removes: args.path().optional().describe('A path, or a pattern: where it does not exist, the command is not run.'),
}

export const stdinArgs = {
  stdin: textOrSecret().optional().describe("Text for the command's standard input."),
  stdin_add_newline: args.bool().default(true).describe('End that text with a newline.'),
  strip_empty_ends: args.bool().default(true).describe('Take the newlines off the end of what the command prints.'),
}

export interface Guards {
  readonly chdir?: string | undefined
  readonly creates?: string | undefined
  readonly removes?: string | undefined
}

/** Whether there is a reason not to run. */
export interface GuardState {
  readonly creates: Found | undefined
  readonly removes: Found | undefined
  readonly folder: FileState | undefined
  /** In check mode. */
  readonly simulated: boolean
}

/** Reads what `creates`, `removes` and (in check mode, where no command would fail for it) `chdir` are about. */
export async function readGuards(host: ReadOnlyHost, task: Guards): Promise<GuardState | Failure> {
  const [creates, removes, folder] = await Promise.all([
    task.creates === undefined ? undefined : pathExists(host, task.creates, task.chdir),
    task.removes === undefined ? undefined : pathExists(host, task.removes, task.chdir),
    task.chdir !== undefined && host.predicted ? host.file(task.chdir, { follow: true }) : undefined,
  ])
  if (folder?.type === 'absent')
    return fail(`Unable to change directory before execution: [Errno 2] No such file or directory: '${task.chdir ?? ''}'`)
  return { creates, removes, folder, simulated: host.predicted }
}

/** The times of a command that did not run. */
export const NOT_RUN = { start: null, end: null, delta: null }

/** Why the command need not run, in Ansible's words; undefined where it runs. */
export function reasonToSkip(state: GuardState, task: Guards): { readonly stdout: string; readonly msg: string } | undefined {
  const { creates, removes } = task
  const notRun = state.simulated ? 'Would not run' : 'Did not run'
  if (creates !== undefined && state.creates === 'yes')
    return { stdout: `skipped, since ${creates} exists`, msg: `${notRun} command since '${creates}' exists` }
  if (removes !== undefined && state.removes === 'no')
    return { stdout: `skipped, since ${removes} does not exist`, msg: `${notRun} command since '${removes}' does not exist` }
  return undefined
}

/** How sure check mode is that the command runs, and that it changes something. */
export function certaintyOf(state: GuardState, task: Guards): Pick<Change, 'certainty' | 'why'> {
  if (state.creates === 'unknown' || state.removes === 'unknown')
    return { certainty: 'maybe', why: `whether ${task.creates ?? task.removes ?? ''} exists is not known yet` }
  if (task.creates === undefined && task.removes === undefined)
    return { certainty: 'maybe', why: 'a command runs, and what it does is not known beforehand' }
  return {}
}

/** The registered result of a command that ran. */
export function commandResult(outcome: Outcome, cmd: unknown, strip: boolean): Readonly<Record<string, unknown>> {
  const [stdout, stderr] = [outcome.stdout, outcome.stderr].map((text) => (strip ? text.replace(/[\r\n]+$/, '') : text))
  return {
    cmd,
    rc: outcome.rc,
    ...outputResult(stdout ?? '', stderr ?? ''),
    start: timestamp(outcome.start),
    end: timestamp(outcome.end),
    delta: duration(outcome.end - outcome.start),
    msg: outcome.timedOut ? 'the command was stopped, its time was over' : outcome.rc === 0 ? '' : 'non-zero return code',
  }
}

export function outputResult(stdout: string, stderr: string): Readonly<Record<string, unknown>> {
  return { stdout, stdout_lines: linesOf(stdout), stderr, stderr_lines: linesOf(stderr) }
}

/** The result, or a Failure with it where the command did. */
export function verdict(outcome: Outcome, data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | Failure {
  return outcome.rc === 0 && outcome.ok ? data : fail(String(data['msg']), { data: { changed: true, ...data } })
}

/** Refuses a task without a command, or with two. */
export function requireOneCommand(given: readonly unknown[], context: z.core.$RefinementCtx): void {
  const count = given.filter((each) => each !== undefined).length
  if (count === 0) context.addIssue({ code: 'custom', message: 'no command given' })
  if (count > 1) context.addIssue({ code: 'custom', message: 'only command or argv can be given, not both' })
}

/** Lines as Python's splitlines gives them. */
export function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/(\r\n|\n|\r)$/, '').split(/\r\n|\n|\r/)
}

function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().replace('T', ' ').slice(0, 23)}000`
}

function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000
  const pad = (value: number): string => String(value).padStart(2, '0')
  return `${String(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${(seconds % 60).toFixed(6).padStart(9, '0')}`
}
