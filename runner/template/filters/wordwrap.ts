import type { Args } from '../runtime/arguments.ts'

/** Wraps each line at a width, as Python's textwrap with blanks kept. */
export function wordwrap(text: string, args: Args): string {
  const width = Math.max(1, args.number('width', 79))
  const options = { width, breakWords: args.flag('break_long_words', true), hyphens: args.flag('break_on_hyphens', true) }
  const newline = args.text('wrapstring', '\n')
  return text
    .split('\n')
    .map((line) => wrapLine(line, options).join(newline))
    .join(newline)
}

interface Options {
  readonly width: number
  readonly breakWords: boolean
  readonly hyphens: boolean
}

function wrapLine(line: string, options: Options): string[] {
  const pattern = options.hyphens ? /\s+|[^\s-]*\p{L}-(?=\p{L})|\S+?(?=\s|$|(?<=\p{L})-(?=\p{L}))/gu : /\s+|\S+/g
  const chunks = (line.match(pattern) ?? []).flatMap((chunk) => (options.breakWords ? cut(chunk, options.width) : [chunk]))
  const lines: string[] = []
  let current = ''
  for (const chunk of chunks) {
    if (current !== '' && (current + chunk).length > options.width) {
      lines.push(current.trimEnd())
      current = chunk.trim() === '' ? '' : chunk
    } else current += chunk
  }
  return [...lines, ...(current.trimEnd() === '' && lines.length > 0 ? [] : [current])]
}

function cut(chunk: string, width: number): string[] {
  if (chunk.length <= width || chunk.trim() === '') return [chunk]
  const parts: string[] = []
  for (let at = 0; at < chunk.length; at += width) parts.push(chunk.slice(at, at + width))
  return parts
}
