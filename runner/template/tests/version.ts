import { fail } from '../runtime/errors.ts'
import { compareText } from '../runtime/values.ts'

/** The order of two versions by one of ansible's schemes. */
export function compareVersions(left: string, right: string, type: string): number {
  switch (type) {
    case 'loose':
      return comparePieces(loose(left), loose(right))
    case 'strict':
      return comparePieces(strict(left), strict(right))
    case 'semver':
    case 'semantic':
      return compareSemver(left, right)
    case 'pep440':
      return comparePieces(pep440(left), pep440(right))
    default:
      return fail(`Invalid version type (${type}). Must be one of loose, strict, semver, semantic, pep440`)
  }
}

type Piece = number | string

function loose(text: string): Piece[] {
  return text
    .split(/(\d+|[a-z]+|\.)/)
    .filter((piece) => piece !== '' && piece !== '.')
    .map((piece) => (/^\d+$/.test(piece) ? Number(piece) : piece))
}

function comparePieces(left: readonly Piece[], right: readonly Piece[]): number {
  for (let at = 0; at < left.length && at < right.length; at += 1) {
    const a = left[at] ?? 0
    const b = right[at] ?? 0
    if (typeof a !== typeof b)
      fail(
        `Version comparison failed: '<' not supported between instances of '${typeof a === 'string' ? 'str' : 'int'}' and '${typeof b === 'string' ? 'str' : 'int'}'`,
      )
    const order = typeof a === 'number' && typeof b === 'number' ? a - b : compareText(String(a), String(b))
    if (order !== 0) return order
  }
  return left.length - right.length
}

function strict(text: string): Piece[] {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?(?:([ab])(\d+))?$/.exec(text)
  if (match === null) return fail(`invalid version number '${text}'`)
  const [, major, minor, patch, stage, number] = match
  return [Number(major), Number(minor), Number(patch ?? 0), stage === 'a' ? 0 : stage === 'b' ? 1 : 2, Number(number ?? 0)]
}

function compareSemver(left: string, right: string): number {
  const a = semver(left)
  const b = semver(right)
  const core = comparePieces(a.core, b.core)
  if (core !== 0 || a.pre === b.pre) return core
  if (a.pre === undefined || b.pre === undefined) return a.pre === undefined ? 1 : -1
  return comparePre(a.pre.split('.'), b.pre.split('.'))
}

function semver(text: string): { readonly core: number[]; readonly pre: string | undefined } {
  const match = /^(\d+)\.(\d+)\.(\d+)(?:-([\w.-]+))?(?:\+[\w.-]+)?$/.exec(text)
  return match === null ? fail(`invalid semantic version '${text}'`) : { core: match.slice(1, 4).map(Number), pre: match[4] }
}

function comparePre(left: readonly string[], right: readonly string[]): number {
  for (let at = 0; at < left.length && at < right.length; at += 1) {
    const a = left[at] ?? ''
    const b = right[at] ?? ''
    const numbers = [/^\d+$/.test(a), /^\d+$/.test(b)]
    const order = numbers[0] && numbers[1] ? Number(a) - Number(b) : numbers[0] !== numbers[1] ? (numbers[0] ? -1 : 1) : compareText(a, b)
    if (order !== 0) return order
  }
  return left.length - right.length
}

const STAGES: Readonly<Record<string, number>> = { a: -3, alpha: -3, b: -2, beta: -2, c: -1, rc: -1, pre: -1, preview: -1 }

/** PEP 440 without local versions: epoch, release, pre, post, dev as numbers that sort. */
function pep440(text: string): Piece[] {
  const match =
    /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)[-_.]?(?:(a|alpha|b|beta|c|rc|pre|preview)[-_.]?(\d*))?(?:[-_.]?(?:post|rev|r)[-_.]?(\d*)|-(\d+))?(?:[-_.]?dev[-_.]?(\d*))?(?:\+[\w.]+)?$/i.exec(
      text.trim(),
    )
  if (match === null) return fail(`Invalid version: '${text}'`)
  const [, epoch, release = '', stage, number, post, implicit, dev] = match
  const parts = release.split('.').map(Number)
  while (parts.length < 8) parts.push(0)
  const after = post ?? implicit
  const pre = stage === undefined ? (dev !== undefined && after === undefined ? -4 : 0) : (STAGES[stage.toLowerCase()] ?? 0)
  return [
    Number(epoch ?? 0),
    ...parts,
    pre,
    Number(number || 0),
    after === undefined ? -1 : Number(after || 0),
    dev === undefined ? Infinity : Number(dev || 0),
  ]
}
