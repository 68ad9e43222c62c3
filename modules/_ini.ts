import { splitLines } from './_bytes.ts'

/** Edits of INI texts that leave comments, blanks and order as they are. */

export interface IniEdit {
  /** Undefined: the lines before the first section. */
  readonly section: string | undefined
  /** Undefined: the section as a whole. */
  readonly option: string | undefined
  readonly values: readonly string[]
}

export interface IniStyle {
  readonly state: 'present' | 'absent'
  readonly exclusive: boolean
  readonly noExtraSpaces: boolean
  readonly ignoreSpaces: boolean
  readonly allowNoValue: boolean
  readonly modifyInactive: boolean
  readonly sectionHas: readonly { readonly option: string; readonly values: readonly string[] }[]
}

export interface IniResult {
  readonly text: string
  /** What Ansible's module says of it: `OK`, `option added`, `option changed`, `section and option added` … */
  readonly message: string
}

/** The text as it should be; one without a final newline gets one. */
export function editIni(text: string, edit: IniEdit, style: IniStyle): IniResult {
  const read = splitLines(text)
  const lines = read.length === 0 ? ['\n'] : read.map((line) => (line.endsWith('\n') ? line : `${line}\n`))
  const found = findSection(lines, edit.section, style)
  if (found === undefined) {
    if (style.state === 'absent') return { text: lines.join(''), message: 'OK' }
    const added = newSection(edit, style)
    return { text: [...lines, ...added.lines].join(''), message: added.message }
  }
  const body = lines.slice(found.start, found.end)
  const next = style.state === 'absent' ? removeFrom(body, edit, style) : putInto(body, edit, style)
  return { text: [...lines.slice(0, found.start), ...next.lines, ...lines.slice(found.end)].join(''), message: next.message }
}

/** The value that an option has now: of its last active line in its section. */
export function iniValues(text: string, section: string | undefined, option: string): readonly string[] {
  const lines = splitLines(text)
  const found = findSection(lines, section, { sectionHas: [] })
  if (found === undefined) return []
  return lines.slice(found.start, found.end).flatMap((line) => activeValue(line, option) ?? [])
}

interface Part {
  readonly lines: readonly string[]
  readonly message: string
}

interface Span {
  readonly start: number
  readonly end: number
}

function findSection(lines: readonly string[], section: string | undefined, style: Pick<IniStyle, 'sectionHas'>): Span | undefined {
  const header = section === undefined ? undefined : new RegExp(`^\\[\\s*${escape(section.trim())}\\s*\\]`)
  const isHeader = (line: string): boolean => line.startsWith('[')
  const starts = header === undefined ? [-1] : lines.flatMap((line, index) => (header.test(line) ? [index] : []))
  for (const start of starts) {
    const after = lines.findIndex((line, index) => index > start && isHeader(line))
    const span = { start: Math.max(start, 0), end: after === -1 ? lines.length : after }
    if (hasValues(lines.slice(span.start, span.end), style.sectionHas)) return span
  }
  return undefined
}

function hasValues(body: readonly string[], wanted: IniStyle['sectionHas']): boolean {
  return wanted.every(({ option, values }) =>
    body.some((line) => {
      const match = optionLine(line, option, 'any')
      return match !== undefined && (values.length === 0 || values.includes(match.value))
    }),
  )
}

function newSection(edit: IniEdit, style: IniStyle): Part {
  const { option, values } = edit
  const conditions = style.sectionHas.filter((condition) => condition.option !== option)
  const same = style.exclusive
    ? []
    : style.sectionHas.filter((condition) => condition.option === option).flatMap((condition) => condition.values)
  const lines = [
    ...(edit.section === undefined ? [] : [`[${edit.section}]\n`]),
    ...conditions.flatMap((condition) =>
      condition.values.length > 0
        ? condition.values.map((value) => assignment(condition.option, value, style))
        : style.allowNoValue
          ? [`${condition.option}\n`]
          : [],
    ),
  ]
  const all = [...new Set([...values, ...same])]
  if (option !== undefined && all.length > 0)
    return { lines: [...lines, ...all.map((value) => assignment(option, value, style))], message: 'section and option added' }
  if (option !== undefined && style.allowNoValue) return { lines: [...lines, `${option}\n`], message: 'section and option added' }
  return { lines, message: 'only section added' }
}

function removeFrom(body: readonly string[], edit: IniEdit, style: IniStyle): Part {
  const { option, values } = edit
  if (option === undefined) return { lines: [], message: 'section removed' }
  const goes = (line: string): boolean => {
    const value = activeValue(line, option)
    return value !== undefined && (style.exclusive || values.includes(value))
  }
  const lines = body.filter((line) => !goes(line))
  return { lines, message: lines.length === body.length ? 'OK' : 'option changed' }
}

/**
 * Lines that have one of the values stay; with `exclusive` other lines of the option take the values still missing and
 * what is left over goes; the rest is added after the section's last line that is neither blank nor a comment.
 */
function putInto(body: readonly string[], edit: IniEdit, style: IniStyle): Part {
  const { option } = edit
  if (option === undefined) return { lines: body, message: 'OK' }
  const draft: Draft = { lines: [...body], settled: body.map(() => false), missing: [...new Set(edit.values)], message: 'OK' }
  const bare = keepMatching(draft, option, style)
  if (style.exclusive && !style.allowNoValue) {
    reuseLines(draft, option, style)
    dropLeftovers(draft, option)
  }
  const added =
    draft.missing.length > 0
      ? draft.missing.map((value) => assignment(option, value, style))
      : edit.values.length === 0 && style.allowNoValue && !bare
        ? [`${option}\n`]
        : []
  return added.length === 0 ? draft : { lines: insertAtEnd(draft.lines, added), message: 'option added' }
}

interface Draft {
  readonly lines: string[]
  readonly settled: boolean[]
  readonly missing: string[]
  message: string
}

/** True where a line with the option alone stands for "no value". */
function keepMatching(draft: Draft, option: string, style: IniStyle): boolean {
  const wantsNone = draft.missing.length === 0 && style.allowNoValue
  let bare = false
  for (const [index, line] of draft.lines.entries()) {
    const match = optionLine(line, option, style.modifyInactive ? 'any' : 'active')
    if (match === undefined || bare) continue
    const at = draft.missing.indexOf(match.value)
    if (at === -1 && !wantsNone) continue
    const empty = wantsNone || (match.value === '' && style.allowNoValue)
    settle(draft, index, { newLine: empty ? `${option}\n` : assignment(option, match.value, style), option, style })
    if (at !== -1) draft.missing.splice(at, 1)
    bare = wantsNone
  }
  return bare
}

function reuseLines(draft: Draft, option: string, style: IniStyle): void {
  for (const [index, line] of draft.lines.entries()) {
    const [value] = draft.missing
    if (value === undefined) return
    if (draft.settled[index] === true || optionLine(line, option, style.modifyInactive ? 'any' : 'active') === undefined) continue
    draft.missing.shift()
    settle(draft, index, { newLine: assignment(option, value, style), option, style })
  }
}

function dropLeftovers(draft: Draft, option: string): void {
  for (let index = draft.lines.length - 1; index >= 0; index -= 1) {
    if (draft.settled[index] === true || activeValue(draft.lines[index] ?? '', option) === undefined) continue
    draft.lines.splice(index, 1)
    draft.settled.splice(index, 1)
    draft.message = 'option changed'
  }
}

function settle(draft: Draft, index: number, to: { readonly newLine: string; readonly option: string; readonly style: IniStyle }): void {
  const line = draft.lines[index] ?? ''
  draft.settled[index] = true
  if (line === to.newLine || (to.style.ignoreSpaces && differsInSpacesOnly(line, to.newLine, to.option))) return
  draft.lines[index] = to.newLine
  draft.message = 'option changed'
}

function differsInSpacesOnly(line: string, newLine: string, option: string): boolean {
  const old = optionLine(line, option, 'active')
  return old !== undefined && old.value === optionLine(newLine, option, 'active')?.value
}

function insertAtEnd(lines: readonly string[], added: readonly string[]): readonly string[] {
  const last = lines.findLastIndex((line) => !/^[ \t]*([#;].*)?$/.test(line.replace(/\n$/, '')))
  return [...lines.slice(0, last + 1), ...added, ...lines.slice(last + 1)]
}

function assignment(option: string, value: string, style: Pick<IniStyle, 'noExtraSpaces'>): string {
  return `${option}${style.noExtraSpaces ? '=' : ' = '}${value}\n`
}

function activeValue(line: string, option: string): string | undefined {
  return optionLine(line, option, 'active')?.value
}

/** `option = value`, or the option alone; with `any` behind a comment sign too. */
function optionLine(line: string, option: string, which: 'any' | 'active'): { readonly value: string } | undefined {
  const sign = which === 'any' ? '[ \\t]*[#;]?[ \\t]*' : '[ \\t]*'
  const match = new RegExp(`^${sign}${escape(option)}[ \\t]*(?:=|$)[ \\t]*(.*)$`, 's').exec(line.replace(/\n$/, ''))
  return match === null ? undefined : { value: match[1] ?? '' }
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
