import type { RunEventOf } from '../base/event.ts'
import { duration } from './duration.ts'

/** Output of commands that take longer than this is shown while they run. Seconds. */
const PATIENCE = 2
/** Lines kept back of a command that has not run that long yet. */
const KEPT = 20

interface Running {
  readonly task: string
  readonly since: number
  note: string
  rest: string
  readonly held: string[]
}

/** What runs on which host right now, and what it writes. Times are the events' own, in milliseconds. */
export class Activity {
  readonly #running = new Map<string, Running>()

  start(event: RunEventOf<'host-task-start'>): void {
    this.#running.set(event.host, { task: event.task.name, since: event.at, note: '', rest: '', held: [] })
  }

  end(event: RunEventOf<'host-task-result'>): void {
    this.#running.delete(event.host)
  }

  retry(event: RunEventOf<'retry'>): void {
    const running = this.#running.get(event.host)
    if (running !== undefined) running.note = `, ${String(event.left)} tries left`
  }

  /** Whole lines to show now. */
  output(event: RunEventOf<'output'>): readonly string[] {
    const running = this.#running.get(event.host)
    if (running === undefined) return []
    const lines = (running.rest + event.text).split('\n')
    running.rest = lines.pop() ?? ''
    running.held.push(...lines.map((line) => line.split('\r').at(-1) ?? line))
    if (event.at - running.since >= PATIENCE * 1000) return running.held.splice(0)
    running.held.splice(0, running.held.length - KEPT)
    return []
  }

  /** `Install packages  controller 3.2s, compute 1.0s`; empty where nothing runs for long enough to be noticed. */
  status(now: number): string {
    const tasks = new Map<string, string[]>()
    for (const [host, { task, since, note }] of this.#running) {
      if (now - since < 300) continue
      const hosts = tasks.get(task) ?? []
      hosts.push(`${host} ${duration((now - since) / 1000)}${note}`)
      tasks.set(task, hosts)
    }
    return [...tasks].map(([task, hosts]) => `${task}  ${hosts.join(', ')}`).join('  |  ')
  }
}
