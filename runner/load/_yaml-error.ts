import { RunnerError } from '../base/error.ts'
import type { Source } from '../base/source.ts'

/** The parser's own error, as far as it matters here. */
export interface ParseProblem {
  readonly code: string
  readonly message: string
}

/** What the parser stumbled on, in the words of someone who wrote the file, with a hint for the usual mistakes. */
export function yamlError(error: ParseProblem, at: Source): RunnerError {
  const lines = at.file.text.split('\n')
  const found = MISTAKES.map((mistake) => mistake(lines, at, error)).find((diagnosis) => diagnosis !== undefined)
  const message = found?.message ?? `this is not valid YAML: ${lowerFirst(error.message)}`
  return new RunnerError('yaml', message, { source: found?.source ?? at, hint: found?.hint, cause: error })
}

/** For values that parse as YAML, but as something nobody means: `name: {{ x }}` is a mapping with a mapping as key. */
export function unquotedTemplate(source: Source): RunnerError {
  return new RunnerError('yaml', 'a value that starts with {{ must be quoted', { source, hint: QUOTE_HINT })
}

interface Diagnosis {
  readonly message: string
  readonly hint: string
  readonly source?: Source
}

type Mistake = (lines: readonly string[], at: Source, error: ParseProblem) => Diagnosis | undefined

const QUOTE_HINT = 'quote the whole value: key: "{{ variable }}/rest"'

const tab: Mistake = (lines, at, error) => {
  const line = [at.line, at.line + 1].find((number) => /^ *\t/.test(lines[number - 1] ?? ''))
  if (line === undefined && error.code !== 'TAB_AS_INDENT') return undefined
  const number = line ?? at.line
  const col = Math.max(0, (lines[number - 1] ?? '').indexOf('\t')) + 1
  return { message: 'a tab cannot indent YAML', hint: 'replace the tab with blanks', source: { file: at.file, line: number, col } }
}

const openTemplate: Mistake = (lines, at) => {
  const match = /^(\s*(?:- +)*(?:[\w.-]+: +|- +))\{\{/.exec(lines[at.line - 1] ?? '')
  if (match === null) return undefined
  return { message: 'a value that starts with {{ must be quoted', hint: QUOTE_HINT, source: { ...at, col: (match[1] ?? '').length + 1 } }
}

const quotedThenText: Mistake = (lines, at) => {
  const line = lines[at.line - 1] ?? ''
  const match = /^(\s*(?:- +)*[\w.-]+: +)(["']).*\2\s*[^\s#,}\]]/.exec(line)
  if (match === null) return undefined
  return { message: 'text follows the closing quote of a value', hint: 'put the whole value between the quotes', source: at }
}

const missingBlank: Mistake = (lines, at, error) => {
  if (error.code !== 'MULTILINE_IMPLICIT_KEY' && error.code !== 'MISSING_CHAR') return undefined
  const match = /^(\s*(?:- +)*[A-Za-z_][\w.-]*):[^\s:/]/.exec(lines[at.line - 1] ?? '')
  if (match === null) return undefined
  const key = match[1] ?? ''
  return {
    message: `a blank is missing after the colon of "${key.trim()}"`,
    hint: 'write key: value',
    source: { ...at, col: key.length + 1 },
  }
}

const colonInValue: Mistake = (lines, at, error) => {
  if (error.code !== 'BLOCK_AS_IMPLICIT_KEY') return undefined
  const line = lines[at.line - 1] ?? ''
  if (!/: .*: |: .*:$/.test(line)) return indentation(lines, at, error)
  return { message: 'a value with a colon followed by a blank must be quoted', hint: 'quote the value: key: "one: two"' }
}

const indentation: Mistake = (lines, at, error) => {
  const codes = ['BAD_INDENT', 'BLOCK_AS_IMPLICIT_KEY', 'MULTILINE_IMPLICIT_KEY', 'MISSING_CHAR', 'UNEXPECTED_TOKEN', 'BLOCK_IN_FLOW']
  if (!codes.includes(error.code)) return undefined
  if (/closing|must be sufficiently indented and end with/.test(error.message)) return unclosed(lines, at, error)
  return {
    message: `the indentation or structure does not fit here: ${lowerFirst(error.message)}`,
    hint: 'keys of one mapping, and the dashes of one list, start in the same column',
    source: at,
  }
}

const badStart: Mistake = (lines, at, error) => {
  if (error.code !== 'BAD_SCALAR_START') return undefined
  return { message: `a plain value cannot start with ${(lines[at.line - 1] ?? '').charAt(at.col - 1)}`, hint: 'quote the value' }
}

function unclosed(lines: readonly string[], at: Source, error: ParseProblem): Diagnosis {
  if (!/["']/.test(error.message))
    return { message: 'a bracket or brace is not closed', hint: 'look for its partner on this line or above' }
  const opening = lastOpenQuote(lines.slice(0, at.line))
  const hint = opening === undefined ? 'look for its partner on this line or above' : 'end the text with the quote that it began with'
  return { message: 'a quote is not closed', hint, ...(opening === undefined ? {} : { source: { file: at.file, ...opening } }) }
}

/** The last line above with a value that begins with a quote and does not end on its line. */
function lastOpenQuote(lines: readonly string[]): { readonly line: number; readonly col: number } | undefined {
  const open = /^(\s*(?:- +)*(?:[^\s'"#][^'"#]*?: +)?)(?:"(?:[^"\\]|\\.)*|'(?:[^']|'')*)$/
  const index = lines.findLastIndex((line) => open.test(line))
  return index < 0 ? undefined : { line: index + 1, col: (open.exec(lines[index] ?? '')?.[1] ?? '').length + 1 }
}

const MISTAKES: readonly Mistake[] = [tab, openTemplate, quotedThenText, missingBlank, colonInValue, badStart, indentation]

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
