import { RunnerError } from '../base/error.ts'
import { isList, toPlain, type Value } from '../base/value.ts'
import type { Node } from '../load/node.ts'
import type { TemplateEngine } from '../template/engine.ts'
import type { Scope } from '../template/scope.ts'
import type { HostRun } from './host-run.ts'

/** `serial`: numbers or percents, a list of them grows the batches and its last one repeats; 0 means all. */
export function batches(
  hosts: readonly HostRun[],
  serial: Node | undefined,
  scope: Scope,
  engine: TemplateEngine,
): readonly (readonly HostRun[])[] {
  if (serial === undefined) return [hosts]
  const value = engine.render(serial.value, scope)
  const sizes = (isList(value) ? value : [value]).map((size) => batchSize(size, hosts.length, serial))
  const out: (readonly HostRun[])[] = []
  for (let start = 0, turn = 0; start < hosts.length; turn++) {
    const size = sizes[Math.min(turn, sizes.length - 1)] ?? hosts.length
    const count = size <= 0 ? hosts.length : size
    out.push(hosts.slice(start, start + count))
    start += count
  }
  return out
}

function batchSize(value: Value, total: number, serial: Node): number {
  const text = String(toPlain(value)).trim()
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)
  if (percent !== null) return Math.max(1, Math.floor((Number(percent[1]) / 100) * total))
  if (/^\d+$/.test(text)) return Number(text)
  throw new RunnerError('syntax', `serial must be a number, a percentage or a list of them, got ${text}`, { source: serial.source })
}

/** `order:` of a play. */
export function ordered(names: readonly string[], order: string): readonly string[] {
  switch (order) {
    case 'reverse_inventory':
      return [...names].reverse()
    case 'sorted':
      return [...names].sort()
    case 'reverse_sorted':
      return [...names].sort().reverse()
    case 'shuffle':
      return shuffled(names)
    case 'inventory':
      return names
    default:
      throw new RunnerError('options', `Invalid 'order' specified for inventory hosts: ${order}`, {
        hint: 'the orders are inventory, reverse_inventory, sorted, reverse_sorted and shuffle',
      })
  }
}

function shuffled(names: readonly string[]): readonly string[] {
  return names
    .map((name) => ({ name, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ name }) => name)
}
