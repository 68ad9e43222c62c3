import { z } from 'zod'
import { RunnerError } from '../../base/error.ts'

/**
 * What a host did from one moment to another: tasks of one role in one play, with no other's between. Milliseconds from the run's
 * start. Skipped tasks are left out.
 */
export interface Span {
  readonly host: string
  readonly play: string
  /** The role's name, or the play's where a task has no role. */
  readonly label: string
  readonly from: number
  readonly to: number
  readonly tasks: readonly TaskSpan[]
}

export interface TaskSpan {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly status: string
}

export interface Timeline {
  readonly hosts: readonly string[]
  readonly plays: readonly { readonly name: string; readonly from: number }[]
  readonly spans: readonly Span[]
  /** Milliseconds. */
  readonly length: number
}

const EVENT = z.object({
  type: z.string(),
  at: z.number(),
  host: z.string().optional(),
  seconds: z.number().optional(),
  play: z.object({ name: z.string() }).optional(),
  task: z.object({ name: z.string(), role: z.string().optional() }).optional(),
  result: z.object({ status: z.string() }).optional(),
  mark: z.object({ recalled: z.boolean().optional() }).optional(),
})

type Event = z.output<typeof EVENT>

/** Reads a journal (`--journal`), or the output of `--output json`. A last line that a killed run left half written is left out. */
export function readTimeline(text: string, file: string): Timeline {
  const events = readEvents(text, file)
  const start = events.find(({ type }) => type === 'run-start')?.at
  if (start === undefined) throw new RunnerError('options', `${file} is not the journal of a run`, { hint: 'run --journal keeps one' })
  const plays: { name: string; from: number }[] = []
  const growing: Growing[] = []
  for (const event of events) {
    if (event.type === 'play-start' && event.play !== undefined) plays.push({ name: event.play.name, from: event.at - start })
    const task = taskSpan(event, start)
    if (task === undefined || event.host === undefined) continue
    const play = plays.at(-1)?.name ?? ''
    addTask(growing, { host: event.host, play, label: event.task?.role ?? play, from: task.from, to: task.to, tasks: [task] })
  }
  const hosts = [...new Set(growing.map(({ host }) => host))]
  return { hosts, plays, spans: growing, length: (events.at(-1)?.at ?? start) - start }
}

interface Growing extends Span {
  to: number
  readonly tasks: TaskSpan[]
}

/** Adds to the host's last span what continues it. */
function addTask(spans: Growing[], next: Growing): void {
  const last = spans.findLast(({ host }) => host === next.host)
  if (last === undefined || last.label !== next.label || last.play !== next.play) {
    spans.push(next)
    return
  }
  last.to = next.to
  last.tasks.push(...next.tasks)
}

function readEvents(text: string, file: string): readonly Event[] {
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.flatMap((line, index) => {
    const event = EVENT.safeParse(parsed(line))
    if (event.success) return [event.data]
    if (index === lines.length - 1) return []
    throw new RunnerError('options', `${file}:${String(index + 1)}: not an event of a run`, { hint: 'run --journal keeps a journal' })
  })
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function taskSpan(event: Event, start: number): TaskSpan | undefined {
  const { type, task, result, seconds = 0 } = event
  if (
    type !== 'host-task-result' ||
    event.mark?.recalled === true ||
    task === undefined ||
    result === undefined ||
    result.status === 'skipped'
  )
    return undefined
  const to = event.at - start
  return { name: task.name.replace(`${task.role ?? ''} : `, ''), from: Math.max(0, to - seconds * 1000), to, status: result.status }
}
