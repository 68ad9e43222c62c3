import { args, type Failure, z } from '../runner/module/index.ts'
import { splitLines, toByteText } from './_bytes.ts'
import { compileRegex, expandGroups, type Regex } from './_regex.ts'

/** The arguments of lineinfile that say which line goes where. */
export const lineArgs = {
  state: z.enum(['present', 'absent']).default('present'),
  regexp: z.string().optional().describe('The line to replace, or the lines to remove; the last match counts.'),
  search_string: z.string().optional().describe('A text in the line to replace or remove, instead of an expression.'),
  line: args.str().optional().describe('The line itself.'),
  insertafter: z.string().optional().describe('Where a new line goes: after the last match of this expression, or `EOF`.'),
  insertbefore: z.string().optional().describe('Where a new line goes: before the last match of this expression, or `BOF`.'),
  firstmatch: args.bool().default(false).describe('The first match counts, not the last.'),
  backrefs: args.bool().default(false).describe('`line` may hold `\\1` or `\\g<name>`; nothing is done where `regexp` does not match.'),
}

export interface LineArgs {
  readonly state: 'present' | 'absent'
  readonly regexp?: string | undefined
  readonly search_string?: string | undefined
  readonly line?: string | undefined
  readonly insertafter?: string | undefined
  readonly insertbefore?: string | undefined
  readonly firstmatch: boolean
  readonly backrefs: boolean
}

export interface LineEdit {
  readonly text: string
  /** `line added`, `line replaced`, `2 line(s) removed`, or nothing. */
  readonly what: string
  readonly found: number
}

/** The combinations that Ansible refuses. */
export function requireLineArgs(task: LineArgs, context: z.core.$RefinementCtx): void {
  const refuse = (message: string): void => {
    context.addIssue({ code: 'custom', message })
  }
  if (task.insertafter !== undefined && task.insertbefore !== undefined)
    refuse('parameters are mutually exclusive: insertbefore|insertafter')
  if (task.regexp !== undefined && task.search_string !== undefined) refuse('parameters are mutually exclusive: regexp|search_string')
  if (task.backrefs && task.search_string !== undefined) refuse('parameters are mutually exclusive: backrefs|search_string')
  if (task.state === 'present' && task.backrefs && task.regexp === undefined) refuse('regexp is required with backrefs=true')
  if (task.state === 'present' && task.line === undefined) refuse('line is required with state=present')
  if (task.state === 'absent' && task.regexp === undefined && task.search_string === undefined && task.line === undefined) {
    refuse('one of line, search_string, or regexp is required with state=absent')
  }
}

/** The text (of bytes) as it should be. */
export function editLines(text: string, task: LineArgs): LineEdit | Failure {
  const matcher = lineMatcher(task)
  if (typeof matcher !== 'function') return matcher
  const lines = splitLines(text)
  return task.state === 'absent' ? removeLines(lines, task, matcher) : placeLine(lines, task, matcher)
}

type Matcher = (line: string) => RegExpExecArray | boolean

/** What the line is recognised by: the expression, or the text; without both nothing matches (or the line itself, to remove it). */
function lineMatcher(task: LineArgs): Matcher | Failure {
  if (task.regexp !== undefined) {
    const regex = compileRegex(toByteText(task.regexp))
    return 'exec' in regex ? (line) => regex.exec(line) ?? false : regex
  }
  const search = task.search_string
  if (search !== undefined) return (line) => line.includes(toByteText(search))
  if (task.state === 'absent') return (line) => trimEnd(line) === toByteText(task.line ?? '')
  return () => false
}

function removeLines(lines: readonly string[], task: LineArgs, matches: Matcher): LineEdit {
  const kept = lines.filter((line) => matches(line) === false)
  const found = lines.length - kept.length
  return { text: kept.join(''), what: found === 0 ? '' : `${String(found)} line(s) removed`, found }
}

function placeLine(lines: string[], task: LineArgs, matches: Matcher): LineEdit | Failure {
  const line = toByteText(task.line ?? '')
  const hits = lines.flatMap((each, index) => (matches(each) === false ? [] : [index]))
  const at = task.firstmatch ? hits[0] : hits.at(-1)
  if (at !== undefined) return replaceLine(lines, at, task.backrefs ? expandBackrefs(line, matches(lines[at] ?? '')) : line)
  const anchor = anchorOf(task)
  if (anchor !== undefined && !('exec' in anchor)) return anchor
  // As in Ansible, a search for the place with `firstmatch` ends at the first hit and does not see a later equal line.
  const places = lines.map((each) => (trimEnd(each) === line ? 'same' : anchor?.exec(each) ? 'anchor' : 'other'))
  const firstAnchor = task.firstmatch ? places.indexOf('anchor') : -1
  const seen = firstAnchor === -1 ? places : places.slice(0, firstAnchor + 1)
  const same = seen.lastIndexOf('same')
  if (same !== -1) return replaceLine(lines, same, line)
  if (task.backrefs) return { text: lines.join(''), what: '', found: 0 }
  return insertLine(lines, line, { anchor: seen.lastIndexOf('anchor'), task })
}

function replaceLine(lines: readonly string[], at: number, line: string): LineEdit {
  const wanted = line.endsWith('\n') ? line : `${line}\n`
  if (lines[at] === wanted) return { text: lines.join(''), what: '', found: 1 }
  return { text: lines.with(at, wanted).join(''), what: 'line replaced', found: 1 }
}

function insertLine(lines: readonly string[], line: string, where: { readonly anchor: number; readonly task: LineArgs }): LineEdit {
  const { anchor, task } = where
  const added = (before: readonly string[], after: readonly string[]): LineEdit => ({
    text: [...before, `${line}\n`, ...after].join(''),
    what: 'line added',
    found: 0,
  })
  if (task.insertbefore === 'BOF' || task.insertafter === 'BOF') return added([], lines)
  if (anchor === -1) return added(withFinalNewline(lines), [])
  if (task.insertbefore !== undefined) return added(lines.slice(0, anchor), lines.slice(anchor))
  if (trimEnd(lines[anchor + 1] ?? '') === line && anchor + 1 < lines.length) return { text: lines.join(''), what: '', found: 0 }
  return added(withFinalNewline(lines.slice(0, anchor + 1)), lines.slice(anchor + 1))
}

function anchorOf(task: LineArgs): Regex | Failure | undefined {
  const { insertafter, insertbefore } = task
  if (insertafter !== undefined && insertafter !== 'EOF' && insertafter !== 'BOF') return compileRegex(toByteText(insertafter))
  if (insertbefore !== undefined && insertbefore !== 'BOF') return compileRegex(toByteText(insertbefore))
  return undefined
}

function expandBackrefs(line: string, match: RegExpExecArray | boolean): string {
  return typeof match === 'boolean' ? line : expandGroups(line, match)
}

function withFinalNewline(lines: readonly string[]): readonly string[] {
  const last = lines.at(-1)
  return last === undefined || /[\n\r]$/.test(last) ? lines : [...lines, '\n']
}

function trimEnd(line: string): string {
  return line.replace(/[\r\n]+$/, '')
}
