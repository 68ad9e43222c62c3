import { Secret, Unknown } from '../../base/value.ts'
import { fail } from './errors.ts'
import { typeName } from './text.ts'
import { isValList, Tuple, Undefined, type Val } from './types.ts'
import { isFloat, numeric, plainText } from './values.ts'

/** Python's `target[start:stop:step]`. */
export function slice(target: Val, start: Val, stop: Val, step: Val): Val {
  for (const value of [target, start, stop, step]) {
    if (value instanceof Unknown) return value
    if (value instanceof Undefined) throw value.error()
  }
  const text = plainText(target)
  if (text !== undefined) {
    const part = pick(Array.from(text), start, stop, step).join('')
    return target instanceof Secret ? new Secret(part) : part
  }
  if (!isValList(target)) return fail(`'${typeName(target)}' object is not sliceable`)
  const items = pick(target, start, stop, step)
  return target instanceof Tuple ? Tuple.make(items) : items
}

function pick<T>(items: readonly T[], start: Val, stop: Val, step: Val): T[] {
  const by = index(step) ?? 1
  if (by === 0) fail('slice step cannot be zero')
  const [low, high] = by > 0 ? [0, items.length] : [-1, items.length - 1]
  const clamp = (at: number): number => Math.min(high, Math.max(low, at < 0 ? at + items.length : at))
  const from = index(start)
  const to = index(stop)
  const first = from === undefined ? (by > 0 ? low : high) : clamp(from)
  const last = to === undefined ? (by > 0 ? high : low) : clamp(to)
  const out: T[] = []
  for (let at = first; by > 0 ? at < last : at > last; at += by) {
    const item = items[at]
    if (item !== undefined) out.push(item)
  }
  return out
}

function index(value: Val): number | undefined {
  if (value === null) return undefined
  const number = isFloat(value) ? undefined : numeric(value)
  return number ?? fail('slice indices must be integers or None or have an __index__ method')
}
