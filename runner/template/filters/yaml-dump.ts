import { Float, LazyRecord } from '../../base/value.ts'
import { floatText, numberText } from '../runtime/text.ts'
import { isDynamic, isValList, isValRecord, type Val } from '../runtime/types.ts'
import { asRecord, compareText } from '../runtime/values.ts'

export interface YamlStyle {
  readonly indent: number
  /** `auto` writes collections of scalars in one line, as PyYAML's `default_flow_style=None` does. */
  readonly flow: 'auto' | 'never' | 'always'
  readonly sortKeys: boolean
  readonly width: number
  /** Texts of several lines as blocks (`|`); `lossy` leaves out what a block cannot hold, such as blanks at the end of a line. */
  readonly blocks?: 'exact' | 'lossy' | undefined
}

/** PyYAML's dump of one document. */
export function dumpYaml(value: Val, style: YamlStyle): string {
  if (!isCollection(value)) {
    return `${scalar(value, style, style.indent, false, 0)}\n`
  }
  const flow = style.flow === 'always' || (style.flow === 'auto' && isFlat(value)) || size(value) === 0
  return flow ? `${flowText(value, style, 0)}\n` : block(value, style, 0, 0)
}

function isCollection(value: Val): boolean {
  return isValList(value) || isValRecord(value) || value instanceof LazyRecord
}

function size(value: Val): number {
  return isValList(value) ? value.length : Object.keys(asRecord(value) ?? {}).length
}

function children(value: Val): readonly Val[] {
  return isValList(value) ? value : Object.values(asRecord(value) ?? {})
}

function isFlat(value: Val): boolean {
  return children(value).every((child) => !isCollection(child))
}

function entriesOf(value: Val, style: YamlStyle): readonly (readonly [string, Val])[] {
  const entries = Object.entries(asRecord(value) ?? {})
  return style.sortKeys ? entries.sort((a, b) => compareText(a[0], b[0])) : entries
}

function block(value: Val, style: YamlStyle, indent: number, column: number): string {
  if (isValList(value)) return value.map((item) => blockItem(item, style, indent)).join('')
  return entriesOf(value, style)
    .map(([key, item], at) => (at === 0 ? ' '.repeat(Math.max(0, indent - column)) : ' '.repeat(indent)) + entry(key, item, style, indent))
    .join('')
}

function blockItem(item: Val, style: YamlStyle, indent: number): string {
  const lead = `${' '.repeat(indent)}-${' '.repeat(Math.max(1, style.indent - 1))}`
  const inner = indent + Math.max(2, style.indent)
  if (!inBlock(item, style)) return `${' '.repeat(indent)}- ${leaf(item, style, inner, indent + 2)}\n`
  if (isValList(item)) return `${lead}${block(item, style, inner, 0).slice(inner)}`
  return `${lead}${block(item, style, inner, inner)}`
}

function inBlock(value: Val, style: YamlStyle): boolean {
  if (!isCollection(value) || size(value) === 0 || style.flow === 'always') return false
  return style.flow === 'never' || !isFlat(value)
}

function entry(key: string, item: Val, style: YamlStyle, indent: number): string {
  const name = scalar(key, style, indent, true)
  if (!inBlock(item, style)) return `${name}: ${leaf(item, style, indent + style.indent, indent + name.length + 2)}\n`
  if (isValList(item)) return `${name}:\n${block(item, style, indent, 0)}`
  return `${name}:\n${block(item, style, indent + style.indent, 0)}`
}

function leaf(value: Val, style: YamlStyle, indent: number, column: number): string {
  return isCollection(value) ? flowText(value, style, indent) : scalar(value, style, indent, false, column)
}

function flowText(value: Val, style: YamlStyle, indent: number): string {
  if (isValList(value)) return `[${value.map((item) => flowText(item, style, indent)).join(', ')}]`
  if (isCollection(value))
    return `{${entriesOf(value, style)
      .map(([key, item]) => `${scalar(key, style, indent, true)}: ${flowText(item, style, indent)}`)
      .join(', ')}}`
  return scalar(value, style, indent, true)
}

function scalar(value: Val, style: YamlStyle, indent: number, tight: boolean, column = indent): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (value instanceof Float) return yamlFloat(value.value)
  if (typeof value === 'number') return Number.isInteger(value) ? numberText(value) : yamlFloat(value)
  const text = typeof value === 'string' ? value : isDynamic(value) ? value.text() : ''
  return string(text, style, indent, tight, column)
}

function yamlFloat(value: number): string {
  const text = floatText(value)
  if (text === 'nan') return '.nan'
  if (text.endsWith('inf')) return text.replace('inf', '.inf')
  return text.includes('e') && !text.includes('.') ? text.replace('e', '.0e') : text
}

const IMPLICIT =
  /^(?:|~|null|Null|NULL|yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF|=|<<|[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+|[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)$/

/** A text in the plainest style that reads back as the same text. */
function string(text: string, style: YamlStyle, indent: number, tight: boolean, column: number): string {
  const lines = tight || style.blocks === undefined ? undefined : literal(text, style, indent)
  if (lines !== undefined) return lines
  if (needsDouble(text)) return doubleQuoted(text)
  if (isPlain(text, tight)) return folded(text, style.width, indent, column)
  if (text.includes('\n')) return singleMultiline(text, indent)
  return folded(`'${text.replaceAll("'", "''")}'`, style.width, indent, column)
}

function needsDouble(text: string): boolean {
  return /[\p{Cc}\ufeff\u2028\u2029]/u.test(text.replaceAll('\n', '')) || /(?:^|\n)[ \t]+\n|[ \t]\n|\n[ \t]/.test(text)
}

const BREAK = /[\n\u0085\u2028\u2029]/

/** A text with line breaks as a block; undefined where it has none or a block cannot hold it. */
function literal(text: string, style: YamlStyle, indent: number): string | undefined {
  if (!BREAK.test(text)) return undefined
  const held = style.blocks === 'lossy' ? simplified(text) : text
  if (held === '' || needsDouble(held.replace(/^[ \t]+|(?<=\n)[ \t]+(?=\S)/g, '')) || /[ \t]$/.test(held)) return undefined
  const hint = /^[ \n]/.test(held) ? String(style.indent) : ''
  const chomp = !held.endsWith('\n') ? '-' : /^\n$|\n\n$/.test(held) ? '+' : ''
  const lines = held.replace(/\n$/, '').split('\n')
  return `|${hint}${chomp}\n${lines.map((line) => (line === '' ? '' : ' '.repeat(indent) + line)).join('\n')}`
}

/** Without what YAML allows in double quotes alone. */
function simplified(text: string): string {
  return expandTabs(text.trimEnd())
    .replace(/[^\n\u0020-\u007e\u0085\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/ +([\n\u0085\u2028\u2029])/g, '$1')
}

function expandTabs(text: string): string {
  let column = 0
  return Array.from(text)
    .map((char) => {
      const width = char === '\t' ? 8 - (column % 8) : 1
      column = char === '\n' || char === '\r' ? 0 : column + width
      return char === '\t' ? ' '.repeat(width) : char
    })
    .join('')
}

function isPlain(text: string, tight: boolean): boolean {
  if (text.includes('\n') || IMPLICIT.test(text) || /^\s|\s$/.test(text)) return false
  if (/^(?:---|\.\.\.)/.test(text) || /^[#,[\]{}&*!|>'"%@`]/.test(text)) return false
  if (/^[-?:](?:\s|$)/.test(text) || /:(?:\s|$)/.test(text) || /\s#/.test(text)) return false
  return !tight || (!/[,?:[\]{}]/.test(text) && text !== '-')
}

function folded(text: string, width: number, indent: number, column: number): string {
  if (column + text.length <= width) return text
  const words = text.split(/(?<=\S) (?=\S)/)
  let line = column
  let out = ''
  words.forEach((word, at) => {
    if (at > 0) {
      if (line > width) {
        out += `\n${' '.repeat(indent)}`
        line = indent
      } else {
        out += ' '
        line += 1
      }
    }
    out += word
    line += word.length
  })
  return out
}

function singleMultiline(text: string, indent: number): string {
  const pad = ' '.repeat(indent)
  return `'${text.replaceAll("'", "''").replace(/\n+/g, (breaks) => `${breaks}\n${pad}`)}'`
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\u2028': '\\L',
  '\u2029': '\\P',
  '\x85': '\\N',
}

function doubleQuoted(text: string): string {
  const body = text.replace(
    /["\\\p{Cc}\u2028\u2029\ufeff]/gu,
    (char) =>
      ESCAPES[char] ??
      `\\${char.charCodeAt(0) < 256 ? `x${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}` : `u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`}`,
  )
  return `"${body}"`
}
