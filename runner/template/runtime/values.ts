import { emptyRecord, Float, LazyRecord, Omit, Secret, Template, Unknown, type Value } from '../../base/value.ts'
import { fail } from './errors.ts'
import { repr, typeName } from './text.ts'
import { Callable, isDynamic, isValList, isValRecord, newRecord, Tuple, Undefined, type Val, type ValRecord } from './types.ts'

/** A float of any value in the form the language keeps it. */
export function float(value: number): Val {
  return Number.isInteger(value) ? new Float(value) : value
}

export function isFloat(value: Val): boolean {
  return value instanceof Float || (typeof value === 'number' && !Number.isInteger(value))
}

/** The number of an int, float or bool; undefined of anything else. */
export function numeric(value: Val): number | undefined {
  if (typeof value === 'number') return value
  if (value instanceof Float) return value.value
  if (typeof value === 'boolean') return value ? 1 : 0
  return undefined
}

/** Throws where the value is undefined. */
export function defined<T extends Val>(value: T | Undefined): T {
  if (value instanceof Undefined) throw value.error()
  return value
}

function raise(value: Undefined): never {
  throw value.error()
}

/** Python's truth of a value. */
export function truthy(value: Val): boolean {
  if (typeof value === 'boolean') return value
  if (value === null) return false
  if (typeof value === 'string') return value !== ''
  if (typeof value === 'number') return value !== 0
  if (value instanceof Undefined) return value.silent ? false : raise(value)
  if (value instanceof Float) return value.value !== 0
  if (isValList(value)) return value.length > 0
  if (value instanceof Secret) return value.reveal() !== ''
  if (isValRecord(value)) return Object.keys(value).length > 0
  if (value instanceof LazyRecord) return [...value.keys()].length > 0
  return true
}

/** A record's own keys and values, lazy ones too; undefined of anything else. */
export function asRecord(value: Val): ValRecord | undefined {
  if (isValRecord(value)) return value
  if (value instanceof LazyRecord) return newRecord([...value.keys()].map((key) => [key, value.get(key) ?? null] as const))
  return undefined
}

/** The elements of anything that Python iterates: a list, a text's characters, a dict's keys. */
export function iterate(value: Val): readonly Val[] {
  if (isValList(value)) return value
  if (typeof value === 'string') return Array.from(value)
  if (value instanceof Secret) return Array.from(value.reveal()).map((char) => new Secret(char))
  if (value instanceof Undefined) return value.silent ? [] : raise(value)
  if (value instanceof LazyRecord) return [...value.keys()]
  if (isValRecord(value)) return Object.keys(value)
  return fail(`'${typeName(value)}' object is not iterable`)
}

/** Python's `==`. Secrets compare by their text. */
export function equals(left: Val, right: Val): boolean {
  if (left === right) return true
  const a = numeric(left)
  const b = numeric(right)
  if (a !== undefined || b !== undefined) return a === b
  const leftText = plainText(left)
  if (leftText !== undefined) return leftText === plainText(right)
  if (left instanceof Undefined || right instanceof Undefined) return left instanceof Undefined && right instanceof Undefined
  if (isValList(left))
    return (
      isValList(right) &&
      left instanceof Tuple === right instanceof Tuple &&
      left.length === right.length &&
      left.every((item, at) => equals(item, right[at] ?? null))
    )
  const leftRecord = asRecord(left)
  const rightRecord = asRecord(right)
  if (leftRecord !== undefined && rightRecord !== undefined) return equalRecords(leftRecord, rightRecord)
  return isDynamic(left) && isDynamic(right) && left.typeName === right.typeName && left.text() === right.text()
}

function equalRecords(left: ValRecord, right: ValRecord): boolean {
  const keys = Object.keys(left)
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && equals(left[key] ?? null, right[key] ?? null))
  )
}

/** A text, revealed where it is a Secret. */
export function plainText(value: Val): string | undefined {
  if (typeof value === 'string') return value
  return value instanceof Secret ? value.reveal() : undefined
}

/** Python's ordering; `op` is for the message of things that have none. */
export function compare(left: Val, right: Val, op = '<'): number {
  const a = numeric(left)
  const b = numeric(right)
  if (a !== undefined && b !== undefined) return a < b ? -1 : a > b ? 1 : a === b ? 0 : Number.NaN
  const leftText = plainText(left)
  const rightText = plainText(right)
  if (leftText !== undefined && rightText !== undefined) return compareText(leftText, rightText)
  if (isValList(left) && isValList(right)) return compareLists(left, right, op)
  if (isDynamic(left) && isDynamic(right) && left.typeName === right.typeName) return compareText(left.text(), right.text())
  return fail(`'${op}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`)
}

/** By code points, as Python compares texts. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0
  const a = Array.from(left)
  const b = Array.from(right)
  for (let at = 0; at < a.length && at < b.length; at += 1) {
    const difference = (a[at]?.codePointAt(0) ?? 0) - (b[at]?.codePointAt(0) ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

function compareLists(left: readonly Val[], right: readonly Val[], op: string): number {
  for (let at = 0; at < left.length && at < right.length; at += 1) {
    const a = left[at] ?? null
    const b = right[at] ?? null
    if (!equals(a, b)) return compare(a, b, op)
  }
  return left.length - right.length
}

/** Python's `needle in haystack`. */
export function contains(haystack: Val, needle: Val): boolean {
  const text = plainText(haystack)
  if (text !== undefined) {
    const part = plainText(needle)
    return part === undefined ? fail(`'in <string>' requires string as left operand, not ${typeName(needle)}`) : text.includes(part)
  }
  if (isValList(haystack)) return haystack.some((item) => equals(item, needle))
  const key = plainText(needle)
  if (haystack instanceof LazyRecord) return key !== undefined && haystack.get(key) !== undefined
  if (isValRecord(haystack)) return Object.hasOwn(haystack, key ?? repr(needle))
  return fail(`argument of type '${typeName(haystack)}' is not iterable`)
}

/** What a value holds somewhere inside that any text made of it must take over. */
export interface Taint {
  secret: boolean
  unknown: Unknown | undefined
}

export function taintOf(value: Val, found: Taint = { secret: false, unknown: undefined }): Taint {
  if (value === null || typeof value !== 'object') return found
  if (value instanceof Secret) found.secret = true
  else if (value instanceof Unknown) found.unknown ??= value
  else if (value instanceof Undefined) {
    if (!value.silent) raise(value)
  } else if (isValList(value)) for (const item of value) taintOf(item, found)
  else if (isValRecord(value)) for (const key in value) taintOf(value[key] ?? null, found)
  return found
}

/** The value with every Secret's text in the open. */
export function revealed(value: Val): Val {
  return mapLeaves(value, (leaf) => (leaf instanceof Secret ? leaf.reveal() : leaf))
}

/** The value with every text a Secret. */
export function tainted(value: Val, tell: (secret: Secret) => void): Val {
  return mapLeaves(value, (leaf) => {
    if (typeof leaf !== 'string' || leaf === '') return leaf
    const secret = new Secret(leaf)
    tell(secret)
    return secret
  })
}

export function mapLeaves(value: Val, change: (leaf: Val) => Val): Val {
  if (isValList(value)) {
    const items = value.map((item) => mapLeaves(item, change))
    return value instanceof Tuple ? Tuple.make(items) : items
  }
  if (isValRecord(value)) return newRecord(Object.entries(value).map(([key, item]) => [key, mapLeaves(item, change)] as const))
  return change(value)
}

/** A finished value: tuples are lists, omitted entries are gone, functions are refused, undefined throws. */
export function finalize(value: Val): Value {
  if (value === null || typeof value !== 'object') return value
  if (isValList(value)) return finalizeList(value)
  if (isValRecord(value)) return finalizeRecord(value)
  if (value instanceof Undefined) throw value.error()
  if (value instanceof Callable) return fail(`a template must give data, not the function '${value.name}'`, 'call it with ()')
  if (isDynamic(value)) return value.final?.() ?? value.text()
  return value
}

function finalizeList(value: readonly Val[]): readonly Value[] {
  const out: Value[] = []
  for (const item of value) if (!(item instanceof Omit)) out.push(finalize(item))
  return out
}

function finalizeRecord(value: ValRecord): Value {
  const out: Record<string, Value> = emptyRecord()
  for (const key in value) {
    const item = value[key] ?? null
    if (!(item instanceof Omit)) out[key] = finalize(item)
  }
  return out
}

export function hasTemplates(value: Val): boolean {
  if (value === null || typeof value !== 'object') return false
  if (value instanceof Template) return true
  if (isValList(value)) return value.some(hasTemplates)
  if (isValRecord(value)) return Object.values(value).some(hasTemplates)
  return false
}
