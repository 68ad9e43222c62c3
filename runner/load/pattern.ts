import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { messageOf, RunnerError } from '../base/error.ts'
import { fnmatchSource } from '../base/regexp.ts'
import { readSource } from './source-file.ts'

/** What a pattern is matched against. */
export interface PatternView {
  readonly hosts: readonly string[]
  readonly groups: readonly string[]
  hostsOf(group: string): readonly string[] | undefined
}

export interface Matched {
  readonly hosts: readonly string[]
  /** Pieces that matched nothing. */
  readonly unmatched: readonly string[]
}

const LOCALHOST = ['localhost', '127.0.0.1', '::1']

/**
 * Hosts that a pattern means: names and groups with globs, `~regex`, subscripts, joined by `:` or `,`, `&` and `!`.
 * Plain pieces are taken first, then `&`, then `!`, however they are written.
 * @throws RunnerError `inventory` for a bad subscript or expression
 */
export function matchPattern(pattern: string | readonly string[], view: PatternView): Matched {
  const pieces = splitPattern(pattern)
  const plain = pieces.filter((piece) => !/^[!&]/.test(piece))
  const unmatched: string[] = []
  const found = new Set<string>()
  for (const piece of plain.length === 0 && pieces.length > 0 ? ['all'] : plain) {
    const hosts = matchPiece(piece, view)
    if (hosts.length === 0 && piece !== 'all') unmatched.push(piece)
    for (const host of hosts) found.add(host)
  }
  for (const piece of pieces.filter((part) => part.startsWith('&'))) {
    const both = new Set(matchPiece(piece.slice(1), view))
    for (const host of found) if (!both.has(host)) found.delete(host)
  }
  for (const piece of pieces.filter((part) => part.startsWith('!'))) for (const host of matchPiece(piece.slice(1), view)) found.delete(host)
  return { hosts: [...found], unmatched }
}

/** The pieces of a pattern. Without a comma a `:` separates too, but not inside brackets, nor in an IPv6 address. */
export function splitPattern(pattern: string | readonly string[]): readonly string[] {
  if (typeof pattern !== 'string') return pattern.flatMap(splitPattern)
  const parts = pattern.includes(',') ? pattern.split(',') : isAddress(pattern) ? [pattern] : splitColons(pattern)
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

/**
 * `--limit` entries, those of the form `@file` replaced by the file's lines; paths are relative to `folder`.
 * @throws RunnerError `inventory` where there is no such file
 */
export function expandLimit(limit: string, folder: string): readonly string[] {
  return splitPattern(limit).flatMap((piece) => {
    if (!piece.startsWith('@')) return [piece]
    return limitFile(resolve(folder, piece.slice(1)))
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
  })
}

function limitFile(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined)
    throw new RunnerError('inventory', `Unable to find limit file ${path}`, { hint: 'without the @ it is a pattern' })
  if (found.isDirectory()) throw new RunnerError('inventory', `Limit starting with "@" must be a file, not a directory: ${path}`)
  return readSource(path).text
}

function isAddress(pattern: string): boolean {
  return /^[0-9a-fA-F]{0,4}:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$/.test(pattern)
}

function splitColons(pattern: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let part = ''
  for (const char of pattern) {
    if (char === '[') depth++
    if (char === ']') depth--
    if (char === ':' && depth === 0) {
      parts.push(part)
      part = ''
    } else part += char
  }
  return [...parts, part]
}

function matchPiece(piece: string, view: PatternView): readonly string[] {
  if (piece.startsWith('~')) return matchNames(regexOf(piece), view)
  const subscript = /^(.+)\[(-?\d+|-?\d*[:-]-?\d*)\]$/.exec(piece)
  if (subscript !== null && !view.hosts.includes(piece)) return slice(matchPiece(subscript[1] ?? '', view), subscript[2] ?? '', piece)
  if (piece === 'all' || piece === '*') return view.hostsOf('all') ?? []
  if (/[*?[]/.test(piece)) return matchNames(globOf(piece), view)
  const group = view.hostsOf(piece)
  if (group !== undefined) return group
  return view.hosts.includes(piece) || LOCALHOST.includes(piece) ? [piece] : []
}

/** Groups first; where any group fits its hosts come before single hosts that fit. */
function matchNames(test: RegExp, view: PatternView): readonly string[] {
  const grouped = view.groups.filter((name) => test.test(name)).flatMap((name) => view.hostsOf(name) ?? [])
  return [...new Set([...grouped, ...view.hosts.filter((name) => test.test(name))])]
}

function regexOf(piece: string): RegExp {
  try {
    return new RegExp(`^(?:${piece.slice(1)})`)
  } catch (error) {
    throw new RunnerError('inventory', `Invalid host list pattern: ${piece}`, { hint: messageOf(error), cause: error })
  }
}

function globOf(piece: string): RegExp {
  try {
    return new RegExp(`^${fnmatchSource(piece)}$`, 's')
  } catch (error) {
    throw new RunnerError('inventory', `Invalid host list pattern: ${piece}`, { hint: messageOf(error), cause: error })
  }
}

/** `[0]`, `[-1]`, `[1:]`, `[0:2]` (the end is included). */
function slice(hosts: readonly string[], subscript: string, piece: string): readonly string[] {
  const range = /^(-?\d*)[:-](-?\d*)$/.exec(/^-\d+$/.test(subscript) ? '' : subscript)
  if (range === null) {
    const host = hosts.at(Number(subscript))
    if (host === undefined && hosts.length > 0)
      throw new RunnerError('inventory', `No hosts matched the subscripted pattern '${piece}'`, {
        hint: `${piece.replace(/\[[^\]]*\]$/, '')} has ${String(hosts.length)} hosts, the first is [0]`,
      })
    return host === undefined ? [] : [host]
  }
  const start = Number(range[1] === '' ? 0 : range[1])
  const end = range[2] === '' ? hosts.length : Number(range[2])
  return hosts.slice(start, end === -1 ? undefined : end + 1)
}
