import type { RunEventOf, TaskRef } from '../base/event.ts'
import type { TaskResult } from '../base/result.ts'
import { type DetailOptions, isDebug, itemLabel, type Line, resultLines } from './_result-lines.ts'

/** Hosts for which a task ended in the same way. */
export interface ResultGroup {
  readonly label: TaskResult['status'] | 'ignored'
  readonly hosts: readonly string[]
  readonly lines: readonly Line[]
  /** Of the slowest host. */
  readonly seconds: number
}

interface Growing extends ResultGroup {
  readonly hosts: string[]
  seconds: number
}

/** The results of one task as they come in, gathered so that hosts with the same one share a line. */
export class TaskGroup {
  readonly task: TaskRef
  readonly #options: DetailOptions
  readonly #awaited: Set<string>
  readonly #items = new Map<string, Line[]>()
  #groups: Growing[] = []

  constructor(task: TaskRef, hosts: readonly string[], options: DetailOptions) {
    this.task = task
    this.#options = options
    this.#awaited = new Set(hosts)
  }

  get complete(): boolean {
    return this.#awaited.size === 0
  }

  addItem(event: RunEventOf<'item-result'>): void {
    const { status } = event.result
    if (status === 'ok' && this.#options.verbosity === 0 && !isDebug(this.task)) return
    if (status === 'skipped' && this.#options.verbosity === 0) return
    const lines = this.#items.get(event.host) ?? []
    lines.push(...itemLines(itemLabel(event.label), resultLines(this.task, event.result, this.#options), status))
    this.#items.set(event.host, lines)
  }

  addResult(event: RunEventOf<'host-task-result'>): void {
    this.#awaited.delete(event.host)
    const label = event.result.ignored === true ? 'ignored' : event.result.status
    const items = this.#items.get(event.host) ?? []
    const lines = event.looped && items.length > 0 ? items : resultLines(this.task, event.result, this.#options)
    const host = event.delegate === undefined || event.delegate === event.host ? event.host : `${event.host} on ${event.delegate}`
    this.#add(host, { label, lines, seconds: event.seconds })
  }

  /** What was gathered since the last call. */
  take(): readonly ResultGroup[] {
    const groups = this.#groups
    this.#groups = []
    return groups
  }

  #add(host: string, result: Omit<ResultGroup, 'hosts'>): void {
    const same = this.#groups.find((group) => group.label === result.label && sameLines(group.lines, result.lines))
    if (same === undefined) {
      this.#groups.push({ ...result, hosts: [host] })
      return
    }
    same.hosts.push(host)
    same.seconds = Math.max(same.seconds, result.seconds)
  }
}

/** One line goes behind the item's label, several below it. */
function itemLines(label: string, lines: readonly Line[], status: TaskResult['status']): Line[] {
  const [only] = lines
  if (only === undefined)
    return [{ style: status === 'failed' ? 'failed' : 'dim', text: `[${label}]${status === 'ok' ? '' : ` ${status}`}` }]
  if (lines.length === 1) return [{ style: only.style, text: `[${label}] ${only.text}` }]
  return [{ style: 'plain', text: `[${label}]` }, ...lines.map((line) => ({ style: line.style, text: `  ${line.text}` }))]
}

function sameLines(a: readonly Line[], b: readonly Line[]): boolean {
  return a.length === b.length && a.every((line, at) => line.text === b[at]?.text)
}
