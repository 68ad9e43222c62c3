import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { messageOf, RunnerError } from '../base/error.ts'
import type { RunBasis } from '../base/event.ts'
import { fromJson, isRecord, record } from '../base/value.ts'
import type { DoneTask } from '../execute/earlier.ts'

/** What the journal of a run tells about how far it came. */
export interface Journal {
  readonly file: string
  readonly playbooks: readonly string[]
  /** Absent in journals of runs that cannot be gone on with. */
  readonly basis: RunBasis | undefined
  /** Of each host what it has finished, in order, up to where it failed. */
  readonly done: ReadonlyMap<string, readonly DoneTask[]>
  readonly ended: 'well' | 'with losses' | 'cut short'
}

const texts = z.record(z.string(), z.string())
const startSchema = z.object({
  playbooks: z.array(z.string()),
  basis: z.object({ choices: texts, variables: texts, files: texts, follows: z.string().optional() }).optional(),
})
const resultSchema = z.object({
  host: z.string(),
  mark: z.object({ key: z.string(), print: z.string(), recalled: z.literal(true).optional() }),
  result: z.object({
    status: z.enum(['ok', 'changed', 'skipped', 'failed', 'unreachable', 'unknown']),
    ignored: z.boolean().optional(),
    censored: z.boolean().optional(),
    data: z.record(z.string(), z.unknown()),
  }),
})
const eventSchema = z.looseObject({ type: z.string() })

interface Reading {
  start: z.infer<typeof startSchema> | undefined
  /** By the keys of their marks, in the order in which they ended. */
  readonly hosts: Map<string, Map<string, Kept>>
  broken: boolean
  ended: boolean
}

interface Kept extends DoneTask {
  /** The host was lost by it, unless a rescue follows. */
  lost: boolean
}

/** @throws RunnerError `options` where it cannot be read */
export function readJournal(file: string): Journal {
  const reading: Reading = { start: undefined, hosts: new Map(), broken: false, ended: false }
  for (const line of textOf(file).split('\n')) readLine(line, reading)
  if (reading.start === undefined) throw new RunnerError('options', `${file} is no journal of a run`)
  const { playbooks, basis } = reading.start
  const done = new Map([...reading.hosts].map(([host, tasks]) => [host, upToLoss([...tasks.values()])] as const))
  const losses = reading.broken || [...reading.hosts.values()].some((tasks) => [...tasks.values()].some(({ lost }) => lost))
  const ended = reading.ended ? (losses ? 'with losses' : 'well') : 'cut short'
  const follows = basis?.follows
  return { file, playbooks, basis, ended, done: ended === 'cut short' && follows !== undefined ? goneOn(done, follows) : done }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new RunnerError('options', `cannot read the journal ${file}: ${messageOf(error)}`)
  }
}

/** The last line of a run that was killed may be half a line. */
function readLine(line: string, reading: Reading): void {
  const event = parsed(line)
  switch (event?.type) {
    case 'run-start':
      reading.start = startSchema.parse(event)
      return
    case 'host-task-result':
      return readResult(event, line.includes('***'), reading)
    case 'rescued': {
      const lost = [...(reading.hosts.get(String(event['host']))?.values() ?? [])].findLast((task) => task.lost)
      if (lost !== undefined) lost.lost = false
      return
    }
    case 'error':
      reading.broken = true
      return
    case 'run-end':
      reading.ended = true
      return
    default:
  }
}

function parsed(line: string): z.infer<typeof eventSchema> | undefined {
  try {
    return eventSchema.parse(JSON.parse(line))
  } catch {
    return undefined
  }
}

function readResult(event: unknown, hasMask: boolean, { hosts }: Reading): void {
  const found = resultSchema.safeParse(event)
  if (!found.success) return
  const { host, mark, result } = found.data
  const { status, ignored = false, censored = false } = result
  const data = fromJson(result.data)
  const lost = (status === 'failed' || status === 'unreachable') && !ignored
  const tasks = hosts.get(host) ?? new Map<string, Kept>()
  hosts.set(host, tasks)
  tasks.delete(mark.key)
  tasks.set(mark.key, { mark, status, ignored, lost, masked: hasMask || censored, data: isRecord(data) ? data : record([]) })
}

function upToLoss(tasks: readonly Kept[]): readonly Kept[] {
  const at = tasks.findIndex(({ lost }) => lost)
  return at === -1 ? tasks : tasks.slice(0, at)
}

/** A run that went on with an earlier one and was killed on the way: where it had only gone by, the earlier one tells the rest. */
function goneOn(done: ReadonlyMap<string, readonly DoneTask[]>, file: string): ReadonlyMap<string, readonly DoneTask[]> {
  const earlier = readJournal(file).done
  const all = new Map(done)
  for (const [host, tasks] of earlier) {
    const own = done.get(host) ?? []
    if (own.some(({ mark }) => mark.recalled !== true)) continue
    const last = own.at(-1)?.mark.key
    const at = last === undefined ? -1 : tasks.findIndex(({ mark }) => mark.key === last)
    if (last === undefined || at !== -1) all.set(host, [...own, ...tasks.slice(at + 1)])
  }
  return all
}
