import type { Args } from '../runtime/arguments.ts'
import { fail } from '../runtime/errors.ts'
import { str } from '../runtime/text.ts'

interface Style {
  readonly decoration: string
  readonly beginning?: string
  readonly end?: string
}

const STYLES: Readonly<Record<string, Style>> = {
  plain: { decoration: '# ' },
  erlang: { decoration: '% ' },
  c: { decoration: '// ' },
  cblock: { beginning: '/*', decoration: ' * ', end: ' */' },
  xml: { beginning: '<!--', decoration: ' - ', end: '-->' },
}

/** A text as a comment block of a style, each part of which can be given. */
export function comment(text: string, args: Args): string {
  const name = args.text('style', 'plain')
  const style = Object.hasOwn(STYLES, name) ? STYLES[name] : undefined
  if (style === undefined) return fail(`Invalid style '${name}'.`, `styles: ${Object.keys(STYLES).join(', ')}`)
  const option = (key: string, fallback: string): string => {
    const value = args.extra.get(key)
    return value === undefined ? fallback : str(value)
  }
  const newline = option('newline', '\n')
  const decoration = option('decoration', style.decoration)
  const prefix = option('prefix', decoration.trimEnd())
  const postfix = option('postfix', decoration.trimEnd())
  const beginning = option('beginning', style.beginning ?? '')
  const end = option('end', style.end ?? '')
  const repeat = (part: string, count: string): string =>
    part === '' ? '' : (part + newline).repeat(Math.min(1000, Number(option(count, '1'))))
  const body = text
    .split(newline)
    .map((line) => (decoration + line).trimEnd())
    .join(newline)
  const head = beginning === '' ? '' : beginning + newline
  const before = repeat(prefix, 'prefix_count')
  const after = (newline + postfix).repeat(Math.min(1000, Number(option('postfix_count', '1'))))
  return head + before + body + after + (end === '' ? '' : newline + end)
}
