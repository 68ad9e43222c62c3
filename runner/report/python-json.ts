import { Float, isList, isRecord, LazyRecord, type Value } from '../base/value.ts'
import { floatText, numberText, str } from '../template/runtime/text.ts'

export interface PythonJsonOptions {
  /** Blanks of one level; none: everything on one line. */
  readonly indent?: number | undefined
}

/** A value as Python's `json.dumps(sort_keys=True, ensure_ascii=False)` writes it. Secrets, templates and unknowns are their texts. */
export function pythonJson(value: Value, { indent }: PythonJsonOptions = {}): string {
  return write(value, { step: indent === undefined ? undefined : ' '.repeat(indent), margin: '\n' })
}

interface Layout {
  readonly step: string | undefined
  readonly margin: string
}

function write(value: Value, layout: Layout): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return jsonNumber(numberText(value))
  if (value instanceof Float) return jsonNumber(floatText(value.value))
  if (typeof value === 'string') return JSON.stringify(value)
  if (isList(value))
    return brackets(
      '[]',
      value.map((item) => write(item, deeper(layout))),
      layout,
    )
  if (value instanceof LazyRecord || isRecord(value)) return brackets('{}', entries(value, deeper(layout)), layout)
  return JSON.stringify(str(value))
}

function entries(value: LazyRecord | { readonly [key: string]: Value }, layout: Layout): readonly string[] {
  const keys = value instanceof LazyRecord ? [...value.keys()] : Object.keys(value)
  const read = (key: string): Value => (value instanceof LazyRecord ? value.get(key) : value[key]) ?? null
  return keys.sort(byCodePoint).map((key) => `${JSON.stringify(key)}: ${write(read(key), layout)}`)
}

function deeper({ step, margin }: Layout): Layout {
  return { step, margin: margin + (step ?? '') }
}

function brackets(pair: '[]' | '{}', parts: readonly string[], { step, margin }: Layout): string {
  const [open = '', close = ''] = pair
  if (parts.length === 0) return pair
  if (step === undefined) return `${open}${parts.join(', ')}${close}`
  return `${open}${margin}${step}${parts.join(`,${margin}${step}`)}${margin}${close}`
}

function jsonNumber(text: string): string {
  return text === 'nan' ? 'NaN' : text === 'inf' ? 'Infinity' : text === '-inf' ? '-Infinity' : text
}

function byCodePoint(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0 ? -1 : 1
}
