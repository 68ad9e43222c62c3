import { existsSync, readFileSync } from 'node:fs'
import { parseDocument } from 'yaml'
import type { SourceFile } from '../../runner/base/source.ts'
import { Float, record, type Secret, Template, type Value, type ValueRecord } from '../../runner/base/value.ts'
import type { TemplateHost } from '../../runner/template/engine.ts'
import type { Scope } from '../../runner/template/scope.ts'

/** A host over the controller's own files, which keeps what it was told. */
export function testHost(
  files: Readonly<Record<string, string>> = {},
): TemplateHost & { readonly warnings: string[]; readonly secrets: Secret[] } {
  const warnings: string[] = []
  const secrets: Secret[] = []
  return {
    findFile: (_kind, name) => (Object.hasOwn(files, name) || existsSync(name) ? name : undefined),
    readFile: (path) => (Object.hasOwn(files, path) ? Buffer.from(files[path] ?? '') : readFileSync(path)),
    warn: (message) => void warnings.push(message),
    now: () => Date.UTC(2024, 0, 2, 3, 4, 5),
    env: process.env,
    onSecret: (secret) => void secrets.push(secret),
    warnings,
    secrets,
  }
}

export function scopeOf(values: ValueRecord, layer = 'play vars'): Scope {
  return {
    get: (name) => (Object.hasOwn(values, name) ? { value: values[name] ?? null, layer } : undefined),
    names: () => Object.keys(values),
  }
}

export function template(text: string, file: SourceFile = { path: 'site.yml', text }): Template {
  return new Template(text, { file, line: 1, col: 1 })
}

/** YAML whose floats keep their point. */
export function yamlValues(text: string): ValueRecord {
  const found = convert(parseDocument(text, { version: '1.1', intAsBigInt: true }).toJS())
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? Object.fromEntries(Object.entries(found)) : {}
}

function convert(data: unknown): Value {
  if (typeof data === 'bigint') return Number(data)
  if (typeof data === 'number') return Number.isInteger(data) ? new Float(data) : data
  if (Array.isArray(data)) return data.map(convert)
  if (typeof data === 'string' || typeof data === 'boolean') return data
  if (typeof data !== 'object' || data === null) return null
  return record(Object.entries(data).map(([key, value]) => [key, convert(value)] as const))
}
