import type { Args } from './arguments.ts'
import { fail, limit } from './errors.ts'
import type { Method } from './methods.ts'
import { formatText } from './str-format.ts'
import { MAX_TEXT } from './text.ts'
import { isValList, Tuple, type Val } from './types.ts'
import { iterate, numeric, plainText } from './values.ts'

function plain(run: (self: string) => Val): Method<string> {
  return { params: [], run }
}

/** The methods of a text that expressions may call. */
export const STRING_METHODS: ReadonlyMap<string, Method<string>> = new Map<string, Method<string>>([
  ['upper', plain((self) => self.toUpperCase())],
  ['lower', plain((self) => self.toLowerCase())],
  ['casefold', plain((self) => self.toLowerCase())],
  ['title', plain(titleCase)],
  ['capitalize', plain((self) => self.slice(0, 1).toUpperCase() + self.slice(1).toLowerCase())],
  [
    'swapcase',
    plain((self) =>
      Array.from(self)
        .map((char) => (char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase()))
        .join(''),
    ),
  ],
  ['strip', { params: ['chars'], run: (self, args) => strip(self, args.text('chars', ''), 'both') }],
  ['lstrip', { params: ['chars'], run: (self, args) => strip(self, args.text('chars', ''), 'left') }],
  ['rstrip', { params: ['chars'], run: (self, args) => strip(self, args.text('chars', ''), 'right') }],
  ['split', { params: ['sep', 'maxsplit'], run: split }],
  ['rsplit', { params: ['sep', 'maxsplit'], run: rsplit }],
  ['splitlines', { params: ['keepends'], run: (self, args) => splitLines(self, args.flag('keepends', false)) }],
  ['partition', { params: ['sep'], run: (self, args) => partition(self, args.text('sep'), self.indexOf(args.text('sep'))) }],
  ['rpartition', { params: ['sep'], run: (self, args) => partition(self, args.text('sep'), self.lastIndexOf(args.text('sep')), 'end') }],
  ['join', { params: ['items'], run: join }],
  [
    'replace',
    {
      params: ['old', 'new', 'count'],
      run: (self, args) => replaceText(self, args.text('old'), args.text('new'), args.number('count', -1)),
    },
  ],
  [
    'startswith',
    {
      params: ['prefix', 'start'],
      run: (self, args) => affixes(args.need('prefix')).some((part) => self.startsWith(part, args.number('start', 0))),
    },
  ],
  ['endswith', { params: ['suffix'], run: (self, args) => affixes(args.need('suffix')).some((part) => self.endsWith(part)) }],
  [
    'removeprefix',
    { params: ['prefix'], run: (self, args) => (self.startsWith(args.text('prefix')) ? self.slice(args.text('prefix').length) : self) },
  ],
  [
    'removesuffix',
    {
      params: ['suffix'],
      run: (self, args) =>
        args.text('suffix') !== '' && self.endsWith(args.text('suffix')) ? self.slice(0, -args.text('suffix').length) : self,
    },
  ],
  ['find', { params: ['sub', 'start'], run: (self, args) => self.indexOf(args.text('sub'), args.number('start', 0)) }],
  ['rfind', { params: ['sub'], run: (self, args) => self.lastIndexOf(args.text('sub')) }],
  ['index', { params: ['sub', 'start'], run: (self, args) => found(self.indexOf(args.text('sub'), args.number('start', 0))) }],
  ['rindex', { params: ['sub'], run: (self, args) => found(self.lastIndexOf(args.text('sub'))) }],
  ['count', { params: ['sub'], run: (self, args) => self.split(args.text('sub')).length - 1 }],
  ['format', { params: ['*values', '**named'], run: (self, args) => formatText(self, args.rest, args.extra) }],
  ['zfill', { params: ['width'], run: (self, args) => zfill(self, width(args)) }],
  ['ljust', { params: ['width', 'fill'], run: (self, args) => self.padEnd(width(args), args.text('fill', ' ')) }],
  ['rjust', { params: ['width', 'fill'], run: (self, args) => self.padStart(width(args), args.text('fill', ' ')) }],
  ['center', { params: ['width', 'fill'], run: (self, args) => center(self, width(args), args.text('fill', ' ')) }],
  ['expandtabs', { params: ['size'], run: (self, args) => self.replaceAll('\t', ' '.repeat(Math.min(64, args.number('size', 8)))) }],
  ['isdigit', plain((self) => /^\p{Nd}+$/u.test(self))],
  ['isdecimal', plain((self) => /^\p{Nd}+$/u.test(self))],
  ['isnumeric', plain((self) => /^\p{N}+$/u.test(self))],
  ['isalpha', plain((self) => /^\p{L}+$/u.test(self))],
  ['isalnum', plain((self) => /^[\p{L}\p{N}]+$/u.test(self))],
  ['isspace', plain((self) => /^\s+$/.test(self))],
  ['isupper', plain((self) => self !== self.toLowerCase() && self === self.toUpperCase())],
  ['islower', plain((self) => self !== self.toUpperCase() && self === self.toLowerCase())],
  ['istitle', plain((self) => self !== '' && titleCase(self) === self && /\p{L}/u.test(self))],
  ['isidentifier', plain((self) => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(self))],
])

/** Python's str.title(): a letter after anything but a letter is a capital. */
export function titleCase(text: string): string {
  return text.replace(/\p{L}+/gu, (word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase())
}

export function strip(text: string, chars: string, side: 'both' | 'left' | 'right'): string {
  const inside = (char: string | undefined): boolean => char !== undefined && (chars === '' ? /\s/.test(char) : chars.includes(char))
  let start = 0
  let end = text.length
  if (side !== 'right') while (start < end && inside(text[start])) start += 1
  if (side !== 'left') while (end > start && inside(text[end - 1])) end -= 1
  return text.slice(start, end)
}

function split(self: string, args: Args): Val {
  return splitText(self, optionalText(args, 'sep'), args.number('maxsplit', -1))
}

/** Python's str.split(): by blanks where no separator is given. */
export function splitText(text: string, separator: string | undefined, most: number): string[] {
  if (separator === '') fail('empty separator')
  const limit = most < 0 ? Infinity : most
  if (separator === undefined) return splitBlanks(text, limit)
  const parts = text.split(separator)
  return parts.length - 1 <= limit ? parts : [...parts.slice(0, limit), parts.slice(limit).join(separator)]
}

function splitBlanks(text: string, limit: number): string[] {
  const parts: string[] = []
  let rest = text.trimStart()
  while (rest !== '' && parts.length < limit) {
    const end = rest.search(/\s/)
    parts.push(end < 0 ? rest : rest.slice(0, end))
    rest = end < 0 ? '' : rest.slice(end).trimStart()
  }
  return rest === '' ? parts : [...parts, rest]
}

function rsplit(self: string, args: Args): Val {
  const separator = optionalText(args, 'sep')
  const most = args.number('maxsplit', -1)
  const parts = splitText(separator === undefined ? self.trim() : self, separator, -1)
  const keep = parts.length - 1 - most
  return most < 0 || keep <= 0 ? parts : [parts.slice(0, keep + 1).join(separator ?? ' '), ...parts.slice(keep + 1)]
}

function optionalText(args: Args, name: string): string | undefined {
  const value = args.get(name)
  return value === undefined || value === null ? undefined : args.text(name)
}

export function splitLines(text: string, keepEnds: boolean): string[] {
  const lines = text.match(/[^\r\n\v\f]*(?:\r\n|[\r\n\v\f])|[^\r\n\v\f]+$/g) ?? []
  return keepEnds ? lines : lines.map((line) => line.replace(/(?:\r\n|[\r\n\v\f])$/, ''))
}

function partition(text: string, separator: string, at: number, missing: 'start' | 'end' = 'start'): Tuple {
  if (at < 0) return Tuple.make(missing === 'start' ? [text, '', ''] : ['', '', text])
  return Tuple.make([text.slice(0, at), separator, text.slice(at + separator.length)])
}

function join(self: string, args: Args): Val {
  const parts = iterate(args.need('items')).map((item, at) => plainText(item) ?? fail(`sequence item ${String(at)}: expected str instance`))
  return parts.join(self)
}

/** At most `count` replacements; all where it is negative. */
export function replaceText(text: string, old: string, by: string, count: number): string {
  if (old === '')
    return count < 0
      ? by +
          Array.from(text)
            .map((char) => char + by)
            .join('')
      : text
  const parts = text.split(old)
  const most = count < 0 ? parts.length - 1 : Math.min(count, parts.length - 1)
  if (text.length + most * by.length > MAX_TEXT) limit('a template made a text of more than 64 MiB')
  return [parts.slice(0, most + 1).join(by), ...parts.slice(most + 1)].join(old)
}

function affixes(value: Val): string[] {
  const items = isValList(value) ? value : [value]
  return items.map((item) => plainText(item) ?? fail('first arg must be str or a tuple of str'))
}

function found(at: number): number {
  return at < 0 ? fail('substring not found') : at
}

function width(args: Args): number {
  const wanted = numeric(args.need('width')) ?? fail('a width must be a number')
  return wanted > MAX_TEXT ? limit('a template made a text of more than 64 MiB') : wanted
}

function zfill(text: string, wanted: number): string {
  const sign = /^[+-]/.exec(text)?.[0] ?? ''
  return sign + text.slice(sign.length).padStart(wanted - sign.length, '0')
}

/** Python's str.center(): the odd blank goes left where the width is odd. */
export function center(text: string, wanted: number, fill: string): string {
  const room = Math.max(0, wanted - text.length)
  const left = Math.floor(room / 2) + (room & wanted & 1)
  return fill.repeat(left) + text + fill.repeat(room - left)
}
