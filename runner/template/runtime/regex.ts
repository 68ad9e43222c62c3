import { fail } from './errors.ts'

/** A Python regular expression as one of ours; an expression that JavaScript cannot say is an error that names it. */
export function pythonRegExp(
  pattern: string,
  options: { readonly ignoreCase: boolean; readonly multiline: boolean },
  extra: '' | 'g' | 'y',
): RegExp {
  const { body, flags } = inlineFlags(pattern)
  const wanted = new Set([...flags, ...Array.from(extra), ...(options.ignoreCase ? ['i'] : []), ...(options.multiline ? ['m'] : [])])
  const source = convert(body, wanted.has('m'), wanted.delete('x'))
  for (const unicode of ['u', '']) {
    try {
      return new RegExp(source, [...wanted].join('') + unicode)
    } catch (error) {
      if (unicode === '') return fail(`Invalid regular expression '${pattern}': ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return fail(`Invalid regular expression '${pattern}'`)
}

function inlineFlags(pattern: string): { readonly body: string; readonly flags: readonly string[] } {
  const [all = '', letters = ''] = /^\(\?([aiLmsux]+)\)/.exec(pattern) ?? []
  return { body: pattern.slice(all.length), flags: Array.from(letters).filter((letter) => 'imsx'.includes(letter)) }
}

/** Rewrites what the two languages write differently. */
function convert(pattern: string, multiline: boolean, verbose: boolean): string {
  let out = ''
  let inClass = false
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at] ?? ''
    if (char === '\\') {
      out += escaped(pattern[at + 1] ?? '')
      at += 1
    } else if (inClass) {
      if (char === ']') inClass = false
      out += char === '[' ? '\\[' : char
    } else if (char === '[') {
      inClass = true
      const start = /^\[\^?\]/.exec(pattern.slice(at))?.[0]
      out += start === undefined ? char : start.replace(']', '\\]')
      if (start !== undefined) at += start.length - 1
    } else if (verbose && /\s/.test(char)) continue
    else if (verbose && char === '#') at = (pattern.indexOf('\n', at) + 1 || pattern.length + 1) - 1
    else if (char === '$' && !multiline) out += '(?=\\n?$(?![^]))'
    else if (pattern.startsWith('(?P', at)) {
      const [text, length] = group(pattern.slice(at))
      out += text
      at += length - 1
    } else if (pattern.startsWith('(?#', at)) at = pattern.indexOf(')', at)
    else out += char
  }
  return out
}

function group(text: string): readonly [string, number] {
  const named = /^\(\?P=(\w+)\)/.exec(text)
  return named === null ? ['(?', 3] : [`\\k<${named[1] ?? ''}>`, named[0].length]
}

function escaped(char: string): string {
  if (char === 'A') return '(?<![^])'
  if (char === 'Z') return '(?![^])'
  if (/[a-zA-Z0-9]/.test(char) || /[\^$\\.*+?()[\]{}|/-]/.test(char)) return `\\${char}`
  return char
}

/** Python's replacement text: `\1`, `\g<name>`, `\n`. */
export function template(text: string): (match: readonly unknown[]) => string {
  const parts = text.split(/(\\g<\w+>|\\\d{1,2}|\\[^])/)
  return (match) => parts.map((part) => expand(part, match)).join('')
}

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', a: '\x07', b: '\b', '\\': '\\' }

function expand(part: string, match: readonly unknown[]): string {
  if (!part.startsWith('\\')) return part
  const name = /^\\(?:g<(\w+)>|(\d+))$/.exec(part)
  const key = name?.[1] ?? name?.[2]
  if (key === undefined) return SIMPLE[part.slice(1)] ?? (/[a-zA-Z]/.test(part.slice(1)) ? fail(`bad escape ${part}`) : part)
  const groups = match.at(-1)
  const value: unknown = /^\d+$/.test(key)
    ? match[Number(key)]
    : typeof groups === 'object' && groups !== null
      ? Object.entries(groups).find(([group]) => group === key)?.[1]
      : undefined
  return typeof value === 'string' ? value : ''
}
