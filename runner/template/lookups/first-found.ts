import { fail } from '../runtime/errors.ts'
import type { Run } from '../runtime/run.ts'
import { str } from '../runtime/text.ts'
import { isValList, own, Undefined, type Val, type ValRecord } from '../runtime/types.ts'
import { asRecord, plainText, truthy } from '../runtime/values.ts'
import type { Lookup } from './define.ts'

interface Wanted {
  readonly names: readonly string[]
  readonly skip: boolean
}

function listOf(value: Val | undefined): readonly string[] {
  if (value === undefined || value === null) return []
  if (isValList(value)) return value.flatMap((item) => listOf(item))
  return value instanceof Undefined
    ? []
    : str(value)
        .split(/[,;]/)
        .map((part) => part.trim())
        .filter((part) => part !== '')
}

function fromRecord(record: ValRecord): Wanted {
  const files = listOf(own(record, 'files'))
  const paths = listOf(own(record, 'paths'))
  const names = paths.length === 0 ? files : paths.flatMap((path) => (files.length === 0 ? [path] : files.map((file) => `${path}/${file}`)))
  return { names, skip: truthy(own(record, 'skip') ?? false) }
}

function wanted(terms: readonly Val[]): Wanted {
  const parts = terms
    .flatMap((term) => (isValList(term) ? [...term] : [term]))
    .filter((term) => !(term instanceof Undefined))
    .map((term): Wanted => {
      const record = asRecord(term)
      return record === undefined ? { names: plainText(term) === undefined ? [str(term)] : listOf(term), skip: false } : fromRecord(record)
    })
  return { names: parts.flatMap((part) => part.names), skip: parts.some((part) => part.skip) }
}

function find(name: string, run: Run): string | undefined {
  for (const kind of ['files', 'templates', 'vars'] as const) {
    const path = run.renderer.host.findFile(kind, name, run.scope)
    if (path !== undefined) return path
  }
  return undefined
}

export const FIRST_FOUND: Lookup = {
  options: ['files', 'paths', 'skip'],
  run: (terms, options, run) => {
    const named = {
      names: [...fromRecord({ files: options.get('files') ?? null, paths: options.get('paths') ?? null }).names],
      skip: options.flag('skip', false),
    }
    const fromTerms = wanted(terms)
    const names = [...fromTerms.names, ...named.names]
    for (const name of names) {
      const path = find(name, run)
      if (path !== undefined) return [path]
    }
    return fromTerms.skip || named.skip ? [] : fail(`No file was found when using first_found.`, `looked for ${names.join(', ')}`)
  },
}
