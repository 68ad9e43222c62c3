import { parseAllDocuments } from 'yaml'
import { Float } from '../../base/value.ts'
import type { Args } from '../runtime/arguments.ts'
import { fail } from '../runtime/errors.ts'
import { isValList, newRecord, type Val } from '../runtime/types.ts'
import { numeric, plainText } from '../runtime/values.ts'
import { type FilterTable, textOf, texts } from './define.ts'
import { dumpJson, parseJson } from './json.ts'
import { dumpYaml, type YamlStyle } from './yaml-dump.ts'

function toJson(input: Val, args: Args, nice: boolean): string {
  const indent = args.extra.get('indent') ?? (nice ? 4 : null)
  const separators = args.extra.get('separators')
  const pair = separators !== undefined && isValList(separators) ? separators.map((part) => plainText(part) ?? '') : undefined
  return dumpJson(input, {
    indent: indent === null ? undefined : (numeric(indent) ?? fail('indent must be a number')),
    sortKeys: flag(args, 'sort_keys', nice),
    ascii: flag(args, 'ensure_ascii', true),
    separators: [pair?.[0] ?? (indent === null ? ', ' : ','), pair?.[1] ?? ': '],
  })
}

function flag(args: Args, name: string, fallback: boolean): boolean {
  const value = args.extra.get(name)
  return value === undefined ? fallback : value === true
}

function toYaml(input: Val, args: Args, nice: boolean): string {
  const flow = args.extra.get('default_flow_style') ?? null
  const style: YamlStyle = {
    indent: numeric(args.extra.get('indent') ?? (nice ? 4 : 2)) ?? 2,
    flow: nice || flow === false ? 'never' : flow === true ? 'always' : 'auto',
    sortKeys: flag(args, 'sort_keys', true),
    width: numeric(args.extra.get('width') ?? 80) ?? 80,
  }
  return dumpYaml(input, style)
}

function fromYaml(text: string): Val[] {
  const documents = parseAllDocuments(text, { version: '1.1', merge: true, uniqueKeys: false, intAsBigInt: true })
  if (!Array.isArray(documents)) return []
  return documents.map((document) => {
    const [error] = document.errors
    if (error !== undefined) return fail(`from_yaml: ${error.message}`)
    const data: unknown = document.toJS({ maxAliasCount: 1000 })
    return withFloats(data)
  })
}

/** Whole numbers come as bigints, so that `2.0` stays a float. */
function withFloats(data: unknown): Val {
  if (typeof data === 'bigint') return Number(data)
  if (typeof data === 'number') return Number.isInteger(data) ? new Float(data) : data
  if (typeof data === 'string' || typeof data === 'boolean') return data
  if (Array.isArray(data)) return data.map(withFloats)
  if (data instanceof Date) return data.toISOString().slice(0, 10)
  if (typeof data !== 'object' || data === null) return null
  return newRecord(Object.entries(data).map(([key, value]) => [key, withFloats(value)] as const))
}

function readJson(input: Val): Val {
  try {
    return parseJson(textOf(input, 'from_json'))
  } catch (error) {
    return error instanceof SyntaxError ? fail(`from_json: ${error.message}`) : raise(error)
  }
}

function raise(error: unknown): never {
  throw error
}

/** HTML-safe JSON, as jinja2's `tojson` writes it. */
function safeJson(input: Val, args: Args): string {
  const indent = args.get('indent') ?? null
  const style = {
    indent: indent === null ? undefined : args.number('indent'),
    sortKeys: false,
    ascii: true,
    separators: indent === null ? ([', ', ': '] as const) : ([',', ': '] as const),
  }
  const text = dumpJson(input, style)
  return text.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026').replaceAll("'", '\\u0027')
}

export const SERIALIZE: FilterTable = [
  texts('to_json', ['**options'], (input, args) => toJson(input, args, false)),
  texts('to_nice_json', ['**options'], (input, args) => toJson(input, args, true)),
  texts('from_json', ['**options'], readJson),
  texts('tojson', ['indent'], safeJson),
  texts('to_yaml', ['**options'], (input, args) => toYaml(input, args, false)),
  texts('to_nice_yaml', ['**options'], (input, args) => toYaml(input, args, true)),
  texts('from_yaml', [], (input) => (input === null ? null : (fromYaml(textOf(input, 'from_yaml'))[0] ?? null))),
  texts('from_yaml_all', [], (input) => (input === null ? [] : fromYaml(textOf(input, 'from_yaml_all')))),
  texts('pprint', ['**options'], (input) => dumpJson(input, { indent: 4, sortKeys: true, ascii: true, separators: [',', ': '] })),
]
