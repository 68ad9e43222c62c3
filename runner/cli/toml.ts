import { RunnerError } from '../base/error.ts'
import { isList, isRecord, type Value } from '../base/value.ts'
import { str } from '../template/runtime/text.ts'

type Table = Readonly<Record<string, Value>>

/** A mapping as TOML. @throws RunnerError `variable` for a value that TOML has not: null */
export function tomlText(value: Table): string {
  return table(value, []).replace(/^\n/, '')
}

/** Plain values first, for a table's heading holds up to the next one. */
function table(value: Table, path: readonly string[]): string {
  const entries = Object.entries(value)
  const plain = entries.filter(([, item]) => !isTable(item))
  const inner = entries.flatMap(([key, item]) => (isTable(item) ? [[key, item] as const] : []))
  const heading = path.length === 0 || (plain.length === 0 && inner.length > 0) ? '' : `\n[${path.map(keyText).join('.')}]\n`
  const lines = plain.map(([key, item]) => `${keyText(key)} = ${literal(item, [...path, key])}\n`)
  return [heading, ...lines, ...inner.map(([key, item]) => table(item, [...path, key]))].join('')
}

function isTable(value: Value): value is Table {
  return isRecord(value) && !isList(value)
}

function literal(value: Value, path: readonly string[]): string {
  if (value === null) throw new RunnerError('variable', `TOML has no null: ${path.join('.')} cannot be written`, { hint: 'use --yaml' })
  if (typeof value === 'boolean') return String(value)
  if (isList(value)) return value.length === 0 ? '[]' : `[\n${value.map((item) => `    ${literal(item, path)},\n`).join('')}]`
  if (isTable(value)) {
    const inner = Object.entries(value).map(([key, item]) => `${keyText(key)} = ${literal(item, [...path, key])}`)
    return inner.length === 0 ? '{}' : `{ ${inner.join(', ')} }`
  }
  return typeof value === 'string' || !/^-?[\d.e+-]+$/.test(str(value)) ? quoted(str(value)) : str(value)
}

function keyText(key: string): string {
  return /^[\w-]+$/.test(key) ? key : quoted(key)
}

/** JSON's escapes are TOML's. */
function quoted(text: string): string {
  return JSON.stringify(text)
}
