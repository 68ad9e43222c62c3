import { RunnerError } from '../base/error.ts'
import type { SourceFile } from '../base/source.ts'
import type { Unit } from './compile/unit.ts'
import type { FileOptions } from './engine.ts'
import { DELIMITERS, type LexOptions } from './parse/tokens.ts'

export interface FileUnit {
  readonly unit: Unit
  readonly lex: LexOptions
  readonly newline: string
  readonly keepTrailingNewline: boolean
}

const HEADER = /^#jinja2:(.*)(?:\r?\n|$)/
const DELIMITER_NAMES: Readonly<Record<string, keyof NonNullable<FileOptions['delimiters']>>> = {
  block_start_string: 'blockStart',
  block_end_string: 'blockEnd',
  variable_start_string: 'variableStart',
  variable_end_string: 'variableEnd',
  comment_start_string: 'commentStart',
  comment_end_string: 'commentEnd',
}

/** A template file with its options, those of a `#jinja2:` first line in front. */
export function fileUnit(file: SourceFile, options: FileOptions): FileUnit {
  const header = HEADER.exec(file.text)
  const merged = header === null ? options : withHeader(header[1] ?? '', options, file)
  const text = (header === null ? file.text : file.text.slice(header[0].length)).replace(/\r\n?/g, '\n')
  const given = Object.entries(merged.delimiters ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
  )
  return {
    unit: { text, source: { file, line: header === null ? 1 : 2, col: 1 } },
    lex: {
      delimiters: { ...DELIMITERS, ...Object.fromEntries(given) },
      trimBlocks: merged.trimBlocks ?? true,
      lstripBlocks: merged.lstripBlocks ?? false,
      escapes: true,
    },
    newline: merged.newline ?? '\n',
    keepTrailingNewline: merged.keepTrailingNewline ?? true,
  }
}

function withHeader(text: string, options: FileOptions, file: SourceFile): FileOptions {
  let merged = options
  for (const pair of text.split(',')) {
    if (pair.trim() === '') continue
    const [key = '', ...rest] = pair.split(':')
    merged = withOption(merged, key.trim(), unquoted(rest.join(':').trim()), file)
  }
  return merged
}

function withOption(options: FileOptions, key: string, value: string, file: SourceFile): FileOptions {
  const delimiter = DELIMITER_NAMES[key]
  if (delimiter !== undefined) return { ...options, delimiters: { ...options.delimiters, [delimiter]: value } }
  const flag = /^(true|yes|1)$/i.test(value)
  switch (key) {
    case 'trim_blocks':
      return { ...options, trimBlocks: flag }
    case 'lstrip_blocks':
      return { ...options, lstripBlocks: flag }
    case 'keep_trailing_newline':
      return { ...options, keepTrailingNewline: flag }
    case 'newline_sequence':
      return { ...options, newline: value === '\\r\\n' ? '\r\n' : value === '\\r' ? '\r' : '\n' }
    default:
      throw new RunnerError('template', `'${key}' is no option of the #jinja2: line`, { source: { file, line: 1, col: 1 } })
  }
}

function unquoted(text: string): string {
  return /^(['"])(.*)\1$/.exec(text)?.[2] ?? text
}
