import { createHash } from 'node:crypto'
import { quote, quoteArgv } from '../base/quote.ts'
import { toPlain } from '../base/value.ts'
import type { ReadOnlyHost } from '../host/host.ts'
import type { ConnectionPool } from '../host/pool.ts'
import type { TaskStep } from '../plan/types.ts'
import { announcing } from './_announce.ts'
import type { ApplyTarget } from './apply.ts'
import type { Target } from './connection-vars.ts'
import type { PlayRun } from './context.ts'
import { type Executed } from './executed.ts'
import type { HostRun } from './host-run.ts'
import { notifiedNames } from './notify.ts'
import type { TaskRun } from './task-run.ts'

/**
 * A note on a host: this task is about to change it, and the handlers that it notifies are still to run. It is written in the
 * request that makes the change, before it, and removed when the handlers have run. A run that ends in between (killed, or
 * cut off from the host, or the host dies) leaves it, and the next run that comes by the task notifies the handlers again,
 * though the task finds nothing to change.
 */
export interface PendingNote {
  /** The same for the same task, host and handlers in every run. */
  readonly name: string
  /** For a person who looks into the file. */
  readonly text: string
  readonly target: Target
  readonly step: TaskStep
  /** Left by an earlier run. */
  readonly left: boolean
}

/** The note of a task that notifies; none of a handler, whose own notifications come again with those of the task behind it. */
export function noteOf(task: TaskRun, target: Target): PendingNote | undefined {
  const { play, host, step, ref } = task
  if (step.keywords.notify.length === 0 || ref.handler) return undefined
  const names = notifiedNames(play, step, host).map(({ name }) => name)
  const title = `${step.role?.name ?? play.playName} : ${String(toPlain(step.name ?? step.action.name))}`
  const name = createHash('sha256')
    .update(JSON.stringify([host.name, step.role === undefined ? step.source.file.path : '', title, names]))
    .digest('hex')
    .slice(0, 16)
  const text = play.run.options.secrets.mask(`${title} (${host.name}): ${names.join(', ')}`)
  return { name, text, target, step, left: false }
}

/** Looks, once a run for each user of a host, for what earlier runs have left; a note of this task becomes the host's. */
export async function recallNote(task: TaskRun, note: PendingNote | undefined, host: ReadOnlyHost): Promise<void> {
  if (note === undefined) return
  const left = await task.play.run.pending.left(note.target, host)
  if (!left.has(note.name) || task.host.pending.has(keyOf(note))) return
  task.host.pending.set(keyOf(note), { ...note, left: true })
  task.warn(`an earlier run ended before the handlers of a task had run; they run now: ${note.text}`)
}

/** The target of a task's changes, where the note comes first. */
export function withNote(task: TaskRun, note: PendingNote | undefined, target: ApplyTarget): ApplyTarget {
  if (note === undefined || task.host.pending.has(keyOf(note))) return target
  task.host.pending.set(keyOf(note), note)
  return announcing(target, `{ ${FOLDER}\n[ -d "$sr_pend" ] || ( umask 077; mkdir -p "$sr_pend" )\n${writing(note)}; } 2>/dev/null || :`)
}

/** An earlier run has made this task's change and written the note: it goes with the others when the handlers have run. */
export function restoreNote(task: TaskRun, target: Target): void {
  const note = noteOf(task, target)
  if (note !== undefined) task.host.pending.set(keyOf(note), note)
}

function writing({ name, text }: PendingNote): string {
  return `printf '%s\\n' ${quote(text)} >"$sr_pend"/${name}`
}

/** Whether an earlier run has left the handlers of this task to this one. */
export function wasLeft(host: HostRun, step: TaskStep): boolean {
  return [...host.pending.values()].some((note) => note.left && note.step === step)
}

/**
 * After a task: where nothing was changed its new note goes. What a failed task has changed is not known: its note stays on the
 * host, whatever becomes of the play.
 */
export async function settleNotes({ play, host, step }: TaskRun, { status }: Executed): Promise<void> {
  const own = [...host.pending.values()].filter((note) => note.step === step)
  if (status === 'changed' || status === 'unknown' || own.length === 0) return
  if (status === 'failed' || status === 'unreachable') for (const note of own) host.pending.delete(keyOf(note))
  else
    await removeNotes(
      play,
      host,
      own.filter(({ left }) => !left),
    )
}

/** After a flush: what was notified has run. In check mode it has not. */
export async function removeAllNotes(play: PlayRun, host: HostRun): Promise<void> {
  if (host.gone || host.notifications.size > 0 || host.notified.size > 0 || play.run.options.checkMode) return
  await removeNotes(play, host, [...host.pending.values()])
}

async function removeNotes({ run }: PlayRun, host: HostRun, notes: readonly PendingNote[]): Promise<void> {
  for (const note of notes) host.pending.delete(keyOf(note))
  await run.pending.remove(notes, run.options.pool)
}

/** The notes on the hosts of a run. */
export class PendingNotes {
  readonly #left = new Map<string, Promise<Set<string>>>()

  /** Names of the notes that were there when the run came to the host. */
  left(target: Target, host: ReadOnlyHost): Promise<Set<string>> {
    const key = targetKey(target)
    const known = this.#left.get(key)
    if (known !== undefined) return known
    const left = host.probe({
      kind: 'pending_handlers',
      key,
      script: `${FOLDER}\nfor sr_f in "$sr_pend"/*; do [ ! -f "$sr_f" ] || printf '%s\\n' "\${sr_f##*/}"; done`,
      parse: (answer) => new Set(answer.text.split('\n')),
    })
    this.#left.set(key, left)
    left.catch(() => this.#left.delete(key))
    return left
  }

  /** A host that is lost keeps its notes: a handler that runs once more does no harm. */
  async remove(notes: readonly PendingNote[], pool: ConnectionPool): Promise<void> {
    const targets = new Map<string, PendingNote[]>()
    for (const note of notes) targets.set(targetKey(note.target), [...(targets.get(targetKey(note.target)) ?? []), note])
    await Promise.allSettled([...targets].map(([key, own]) => this.#removeFrom(key, own, pool)))
  }

  async #removeFrom(key: string, notes: readonly PendingNote[], pool: ConnectionPool): Promise<void> {
    const [first] = notes
    if (first === undefined) return
    const names = notes.map(({ name }) => name)
    const left = await this.#left.get(key)
    for (const name of names) left?.delete(name)
    const session = await pool.session(first.target.settings, first.target.become)
    await session.request({
      script: `${FOLDER}
( cd "$sr_pend" && rm -f ${quoteArgv(names)} ) 2>/dev/null
rmdir "$sr_pend" "\${sr_pend%/*}" 2>/dev/null || :`,
    })
  }
}

/** Sets `sr_pend`: root's notes are the system's, other users have their own. */
const FOLDER = `if [ -w /var/lib ]; then sr_pend=/var/lib; else sr_pend=$HOME/.local/state; fi
sr_pend=\${STACKRUN_STATE:-$sr_pend/stackrun}/pending-handlers`

function targetKey({ settings: { name, kind, address, port, user }, become }: Target): string {
  return JSON.stringify([name, kind, address, port, user, become?.user])
}

function keyOf({ name, target }: PendingNote): string {
  return `${name} ${targetKey(target)}`
}
