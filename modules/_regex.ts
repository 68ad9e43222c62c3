import { type Failure, fail } from '../runner/module/index.ts'

/** Regular expressions as Python writes them, on JavaScript's engine. */

export interface Regex {
  /** The first match, as Python's `search`. */
  exec(text: string): RegExpExecArray | null
  /** All matches, as Python's `finditer`. */
  all(text: string): readonly RegExpExecArray[]
}

/** Python's flag letters and JavaScript's; `a`, `u` and `L` make no difference to texts of bytes. */
const FLAGS: Readonly<Record<string, string>> = { i: 'i', m: 'm', s: 's', a: '', u: '', L: '', x: '' }

/** Compiles a Python expression; `multiline` is Python's flag of that name. */
export function compileRegex(pattern: string, options: { readonly multiline?: boolean } = {}): Regex | Failure {
  try {
    const { source, flags } = translate(pattern, options.multiline === true)
    const compiled = new RegExp(source, `${flags}g`)
    return {
      exec(text) {
        compiled.lastIndex = 0
        return compiled.exec(text)
      },
      all: (text) => [...text.matchAll(compiled)],
    }
  } catch (error) {
    return fail(
      `invalid regular expression ${JSON.stringify(Buffer.from(pattern, 'latin1').toString('utf8'))}: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

/** A replacement as Python's `Match.expand` reads it: `\1`, `\g<1>`, `\g<name>`, `\n`, `\t`. */
export function expandGroups(template: string, match: RegExpExecArray): string {
  return template.replace(
    /\\(?:g<(\w+)>|([1-9]\d?)|(0[0-7]{0,2})|(.))/gs,
    (whole, name?: string, number?: string, octal?: string, char?: string) => {
      if (name !== undefined) return (/^\d+$/.test(name) ? match[Number(name)] : match.groups?.[name]) ?? ''
      if (number !== undefined) return match[Number(number)] ?? ''
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
      return char === undefined ? whole : (ESCAPES[char] ?? (/[A-Za-z]/.test(char) ? whole : char))
    },
  )
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v', '\\': '\\' }

interface Translated {
  readonly source: string
  readonly flags: string
}

function translate(pattern: string, multiline: boolean): Translated {
  const global = /^\(\?([aiLmsux]+)\)/.exec(pattern)
  const letters = `${global?.[1] ?? ''}${multiline ? 'm' : ''}`
  const flags = [...new Set(Array.from(letters, (letter) => FLAGS[letter] ?? ''))].join('')
  const body = pattern.slice(global?.[0].length ?? 0)
  const rules: Rules = { verbose: letters.includes('x'), multiline: flags.includes('m') }
  let source = ''
  for (let at = 0; at < body.length; ) {
    const [piece, length] = nextPiece(body.slice(at), rules)
    source += piece
    at += length
  }
  return { source, flags }
}

interface Rules {
  readonly verbose: boolean
  readonly multiline: boolean
}

/** One piece of the expression in JavaScript's notation and how many characters it took. */
function nextPiece(rest: string, rules: Rules): readonly [string, number] {
  const char = rest[0] ?? ''
  if (char === '\\') return escapePiece(rest)
  if (char === '[') return classPiece(rest)
  if (char === '(') return groupPiece(rest)
  // Python's `$` also matches before a newline at the very end.
  if (char === '$' && !rules.multiline) return ['(?=\\n?(?![^]))', 1]
  const upTo = /^\{,(\d+)\}/.exec(rest)
  if (upTo !== null) return [`{0,${upTo[1] ?? ''}}`, upTo[0].length]
  if (/^(?:[*+?]|\{\d*,?\d*\})\+/.test(rest)) throw new Error('possessive quantifiers are not supported')
  if (rules.verbose && /\s/.test(char)) return ['', 1]
  if (rules.verbose && char === '#') return ['', /^[^\n]*/.exec(rest)?.[0].length ?? 1]
  return [char, 1]
}

function escapePiece(rest: string): readonly [string, number] {
  const next = rest[1]
  if (next === undefined) throw new Error('bad escape (end of pattern)')
  if (next === 'A') return ['(?<![^])', 2]
  if (next === 'Z') return ['(?![^])', 2]
  if (next === 'a') return ['\\x07', 2]
  const octal = /^\\(0[0-7]{0,2}|[1-3][0-7]{2})/.exec(rest)
  if (octal !== null)
    return [
      `\\x${Number.parseInt(octal[1] ?? '0', 8)
        .toString(16)
        .padStart(2, '0')}`,
      octal[0].length,
    ]
  if (/[A-Za-z]/.test(next) && !/[bBdDsSwWnrtfvx]/.test(next)) throw new Error(`bad escape \\${next}`)
  return [rest.slice(0, 2), 2]
}

/** A set; in Python a `]` right after `[` or `[^` is one of its members. */
function classPiece(rest: string): readonly [string, number] {
  const parsed = /^\[(\^?)(\]?(?:\\[^]|[^\]\\])*)\]/.exec(rest)
  if (parsed === null) throw new Error('unterminated character set')
  const members = (parsed[2] ?? '').replace(/^\]/, '\\]').replace(/\\a/g, '\\x07')
  return [`[${parsed[1] ?? ''}${members}]`, parsed[0].length]
}

function groupPiece(rest: string): readonly [string, number] {
  const comment = /^\(\?#[^)]*\)/.exec(rest)
  if (comment !== null) return ['', comment[0].length]
  const named = /^\(\?P<(\w+)>/.exec(rest)
  if (named !== null) return [`(?<${named[1] ?? ''}>`, named[0].length]
  const back = /^\(\?P=(\w+)\)/.exec(rest)
  if (back !== null) return [`\\k<${back[1] ?? ''}>`, back[0].length]
  if (/^\(\?(?:[aiLmsux-]+[:)]|\(|>)/.test(rest))
    throw new Error('flags inside the expression, conditionals and atomic groups are not supported')
  return ['(', 1]
}
