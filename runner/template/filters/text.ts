import type { Args } from '../runtime/arguments.ts'
import { fail, limit } from '../runtime/errors.ts'
import { joinTexts } from '../runtime/operators.ts'
import { center, replaceText, splitLines, splitText, strip } from '../runtime/string-methods.ts'
import { MAX_TEXT, str } from '../runtime/text.ts'
import { isValRecord, type Val } from '../runtime/types.ts'
import { iterate, plainText } from '../runtime/values.ts'
import { comment } from './comment.ts'
import { type FilterTable, textOf, texts, values } from './define.ts'
import { byAttribute } from './select.ts'
import { wordwrap } from './wordwrap.ts'

function join(input: Val, args: Args): Val {
  const attribute = args.get('attribute')
  const items = attribute === undefined || attribute === null ? iterate(input) : iterate(input).map(byAttribute(attribute))
  const separator = args.get('d') ?? ''
  const parts: Val[] = []
  items.forEach((item, at) => {
    if (at > 0) parts.push(separator)
    parts.push(item)
  })
  return joinTexts(parts)
}

/** jinja2's title: a capital after the start, blanks, hyphens and opening brackets. */
function title(text: string): string {
  return text
    .split(/([-\s({[<]+)/)
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1).toLowerCase())
    .join('')
}

function indent(input: Val, args: Args): Val {
  const width = args.get('width')
  const pad = plainText(width ?? null) ?? ' '.repeat(args.number('width', 4))
  const text = str(input)
  const blank = args.flag('blank', false)
  const lines = splitLines(`${text}\n`, false)
  const [first = '', ...rest] = text.endsWith('\n') ? [...lines.slice(0, -1), lines.at(-1) ?? ''] : lines
  const indented = rest.map((line) => (line === '' && !blank ? line : pad + line))
  const whole = [args.flag('first', false) && (first !== '' || blank) ? pad + first : first, ...indented].join('\n')
  return whole.length > MAX_TEXT ? limit('a template made a text of more than 64 MiB') : whole
}

function truncate(input: Val, args: Args): Val {
  const text = str(input)
  const length = args.number('length', 255)
  const end = args.text('end', '...')
  if (text.length <= length + args.number('leeway', 5)) return text
  const cut = text.slice(0, length - end.length)
  if (args.flag('killwords', false)) return cut + end
  const blank = cut.lastIndexOf(' ')
  return (blank < 0 ? cut : cut.slice(0, blank)) + end
}

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&#39;', '"': '&#34;' }

export function escapeHtml(text: string): string {
  return text.replace(/[&<>'"]/g, (char) => HTML[char] ?? char)
}

function xmlattr(input: Val, args: Args): Val {
  if (!isValRecord(input)) return fail('xmlattr requires a dictionary')
  const parts = Object.entries(input).flatMap(([key, value]) => (value === null ? [] : [`${escapeHtml(key)}="${escapeHtml(str(value))}"`]))
  return (parts.length > 0 && args.flag('autospace', true) ? ' ' : '') + parts.join(' ')
}

function quoteShell(input: Val): Val {
  return quoteWord(input === null ? '' : str(input))
}

/** A word for a shell, as Python's `shlex.quote` writes it. */
export function quoteWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text
  return `'${text.replaceAll("'", `'"'"'`)}'`
}

function split(input: Val, args: Args): Val {
  const by = args.get('sep') ?? null
  return splitText(textOf(input, 'split'), by === null ? undefined : args.text('sep'), args.number('maxsplit', -1))
}

const upperFirst = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase()

export const TEXT: FilterTable = [
  values('join', ['d', 'attribute'], join),
  texts('upper', [], (input) => str(input).toUpperCase()),
  texts('lower', [], (input) => str(input).toLowerCase()),
  texts('title', [], (input) => title(str(input))),
  texts('capitalize', [], (input) => upperFirst(str(input))),
  texts('trim', ['chars'], (input, args) => strip(str(input), args.text('chars', ''), 'both')),
  texts('replace', ['old', 'new', 'count'], (input, args) =>
    replaceText(str(input), args.text('old'), args.text('new'), args.number('count', -1)),
  ),
  texts('split', ['sep', 'maxsplit'], split),
  texts('splitlines', [], (input) => splitLines(textOf(input, 'splitlines'), false)),
  texts('center', ['width'], (input, args) => center(str(input), Math.min(MAX_TEXT, args.number('width', 80)), ' ')),
  texts('indent', ['width', 'first', 'blank'], indent),
  texts('truncate', ['length', 'killwords', 'end', 'leeway'], truncate),
  texts('wordwrap', ['width', 'break_long_words', 'wrapstring', 'break_on_hyphens'], (input, args) => wordwrap(str(input), args)),
  texts('wordcount', [], (input) => str(input).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0),
  texts('striptags', [], (input) =>
    str(input)
      .replace(/<!--[\s\S]*?-->|<[^>]*>/g, '')
      .split(/\s+/)
      .filter((word) => word !== '')
      .join(' '),
  ),
  texts('escape', [], (input) => escapeHtml(str(input))),
  texts('e', [], (input) => escapeHtml(str(input))),
  texts('forceescape', [], (input) => escapeHtml(str(input))),
  texts('safe', [], (input) => str(input)),
  texts('xmlattr', ['autospace'], xmlattr),
  texts('quote', [], quoteShell),
  texts('comment', ['style', '**options'], (input, args) => comment(str(input), args)),
  values('urlize', ['*rest', '**more'], () => fail("the filter 'urlize' makes HTML and is not supported")),
]
