import type { RunEventOf } from '../base/event.ts'
import { isList, isRecord, record, type Value, type ValueRecord } from '../base/value.ts'
import type { AnsibleDisplay } from './_ansible-display.ts'
import { pythonJson } from './python-json.ts'

/** What `set_stats` reported: figures of single hosts and of the run. */
export class CustomStats {
  readonly #hosts = new Map<string, ValueRecord>()
  #run: ValueRecord | undefined

  add({ host, aggregate, data }: RunEventOf<'stats'>): void {
    const before = (host === undefined ? this.#run : this.#hosts.get(host)) ?? {}
    const after = record([
      ...Object.entries(before),
      ...Object.entries(data).map(([name, value]) => [name, aggregate ? sum(before[name], value) : value] as const),
    ])
    if (host === undefined) this.#run = after
    else this.#hosts.set(host, after)
  }

  show(display: AnsibleDisplay): void {
    if (this.#run === undefined && this.#hosts.size === 0) return
    display.banner('CUSTOM STATS: ')
    for (const [host, data] of [...this.#hosts].sort(([a], [b]) => (a < b ? -1 : 1))) display.show(`\t${host}: ${line(data)}`)
    if (this.#run !== undefined) {
      display.show('')
      display.show(`\tRUN: ${line(this.#run)}`)
    }
    display.show('')
  }
}

function line(data: ValueRecord): string {
  return pythonJson(data, { indent: 1 }).replaceAll('\n', '')
}

/** Numbers add up, lists and texts are joined, mappings merged; what is of another kind replaces the value. */
function sum(before: Value | undefined, value: Value): Value {
  if (typeof before === 'number' && typeof value === 'number') return before + value
  if (typeof before === 'string' && typeof value === 'string') return before + value
  if (before !== undefined && isList(before) && isList(value)) return [...before, ...value]
  if (isRecord(before) && isRecord(value)) return record([...Object.entries(before), ...Object.entries(value)])
  return value
}
