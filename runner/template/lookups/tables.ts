import { fail } from '../runtime/errors.ts'
import type { Run } from '../runtime/run.ts'
import type { Val } from '../runtime/types.ts'
import { findFile, type Lookup, type Options, perTerm, splitParams } from './define.ts'

function ini(term: string, options: Options, run: Run): readonly Val[] {
  const { rest: key, params } = splitParams(term)
  const get = (name: string, fallback: string): string => params.get(name) ?? options.text(name, fallback)
  const text = run.renderer.host.readFile(findFile('files', get('file', 'ansible.ini'), run)).toString('utf8')
  const section = get('type', 'ini') === 'properties' ? undefined : get('section', 'global')
  const sensitive = options.flag('case_sensitive', false)
  const fold = (name: string): string => (sensitive ? name : name.toLowerCase())
  const entries = section === undefined ? readIni(`[p]\n${text}`).get('p') : readIni(text).get(section)
  if (options.flag('re', false) || params.get('re') === 'true')
    return [...(entries ?? [])].filter(([name]) => new RegExp(key).test(name)).map(([, value]) => value)
  const found = [...(entries ?? [])].find(([name]) => fold(name) === fold(key))?.[1]
  const fallback = params.get('default') ?? options.get('default') ?? ''
  if (
    entries === undefined &&
    !options.flag('allow_none', false) &&
    options.get('default') === undefined &&
    params.get('default') === undefined
  )
    fail(`No section: '${section ?? ''}'`)
  return [found ?? fallback]
}

function readIni(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>()
  let current = new Map<string, string>()
  let last: string | undefined
  for (const line of text.split(/\r?\n/)) {
    const head = /^\[([^\]]+)\]/.exec(line)?.[1]
    const pair = /^([^=:\s][^=:]*?)\s*[=:]\s*(.*)$/.exec(line)
    if (/^\s*[#;]/.test(line) || line.trim() === '') continue
    if (head !== undefined) {
      current = sections.get(head) ?? new Map<string, string>()
      sections.set(head, current)
      last = undefined
    } else if (/^\s/.test(line) && last !== undefined) current.set(last, `${current.get(last) ?? ''}\n${line.trim()}`)
    else if (pair !== null) {
      last = pair[1] ?? ''
      current.set(last, (pair[2] ?? '').trim())
    }
  }
  return sections
}

function csvFile(term: string, options: Options, run: Run): readonly Val[] {
  const { rest: key, params } = splitParams(term)
  const get = (name: string, fallback: string): string => params.get(name) ?? options.text(name, fallback)
  const raw = get('delimiter', 'TAB')
  const delimiter = raw === 'TAB' || raw === 't' || raw === '\\t' ? '\t' : raw
  const text = run.renderer.host.readFile(findFile('files', get('file', 'ansible.csv'), run)).toString('utf8')
  const column = Number(get('col', '1'))
  const keyColumn = Number(get('keycol', '0'))
  const row = readCsv(text, delimiter).find((fields) => fields[keyColumn] === key)
  const fallback = params.get('default') ?? options.get('default')
  if (row === undefined) return fallback === undefined ? [] : [fallback]
  return [row[column] ?? fail(`csvfile: there is no column ${String(column)}`)]
}

/** Rows of delimited text; quotes may hold delimiters, newlines and doubled quotes. */
export function readCsv(text: string, delimiter: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let field = ''
  let quoted = false
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? ''
    if (quoted && char === '"' && text[at + 1] === '"') field += text[(at += 1)] ?? ''
    else if (char === '"' && (quoted || field === '')) quoted = !quoted
    else if (quoted || (char !== delimiter && char !== '\n' && char !== '\r')) field += char
    else if (char !== '\r') {
      row.push(field)
      field = ''
      if (char === '\n') rows.push(row)
      if (char === '\n') row = []
    }
  }
  return field === '' && row.length === 0 ? rows : [...rows, [...row, field]]
}

export const TABLES: readonly (readonly [string, Lookup])[] = [
  ['ini', perTerm(['file', 'section', 'type', 'default', 're', 'encoding', 'case_sensitive', 'allow_none'], ini)],
  ['csvfile', perTerm(['file', 'delimiter', 'col', 'keycol', 'default', 'encoding'], csvFile)],
]
