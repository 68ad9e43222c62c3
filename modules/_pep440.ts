/** Versions and specifiers of Python packages, as PEP 440 orders them. */

interface Version {
  readonly epoch: number
  readonly release: readonly number[]
  /** Where it stands beside its release: development and pre-releases before, post-releases after. */
  readonly rank: readonly number[]
  readonly local: string
}

const VERSION =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(?:post|rev|r)[-_.]?(\d*))?(?:[-_.]?dev[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/

const PRE: Readonly<Record<string, number>> = { a: 0, alpha: 0, b: 1, beta: 1, c: 2, rc: 2, pre: 2, preview: 2 }
const FINAL = 3

function parse(text: string): Version | undefined {
  const match = VERSION.exec(text.trim().toLowerCase())
  if (match === null) return undefined
  const [, epoch = '0', release = '', pre, preNumber = '', dash, post, dev, local = ''] = match
  const number = (digits: string | undefined): number => Number(digits === undefined || digits === '' ? '0' : digits)
  const isPost = (dash ?? post) !== undefined
  const isDev = dev !== undefined
  // A development release of the final release comes before its pre-releases.
  const stage = pre === undefined ? (isDev && !isPost ? -1 : FINAL) : (PRE[pre] ?? 0)
  return {
    epoch: Number(epoch),
    release: release.split('.').map(Number),
    rank: [stage, number(preNumber), isPost ? 1 + number(dash ?? post) : 0, isDev ? number(dev) : Number.MAX_SAFE_INTEGER],
    local,
  }
}

function compare(one: Version, other: Version): number {
  const lists = [
    [[one.epoch], [other.epoch]],
    [one.release, other.release],
    [one.rank, other.rank],
  ] as const
  for (const [left, right] of lists) {
    for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
      const difference = (left[at] ?? 0) - (right[at] ?? 0)
      if (difference !== 0) return difference
    }
  }
  return 0
}

/** Does a version keep all of `>=1.2,<2`? Undefined where that cannot be said. */
export function satisfies(version: string, specifiers: string): boolean | undefined {
  const answers = specifiers
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => keeps(version, part))
  return answers.includes(undefined) ? undefined : answers.every((answer) => answer === true)
}

function keeps(text: string, specifier: string): boolean | undefined {
  const [, operator = '', wanted = ''] = /^(===|==|!=|~=|>=|<=|>|<)\s*(\S+)$/.exec(specifier) ?? []
  if (operator === '===') return text === wanted
  const version = parse(text)
  const prefix = wanted.endsWith('.*')
  const other = parse(prefix ? wanted.slice(0, -2) : wanted)
  if (version === undefined || other === undefined) return undefined
  const order = compare(version, other)
  const same = prefix ? startsWith(version, other) : order === 0 && (other.local === '' || other.local === version.local)
  switch (operator) {
    case '==':
      return same
    case '!=':
      return !same
    case '>=':
      return order >= 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0 && !(version.rank[2] !== 0 && other.rank[2] === 0 && compareRelease(version, other) === 0)
    case '<':
      return order < 0 && !(version.rank[0] !== FINAL && other.rank[0] === FINAL && compareRelease(version, other) === 0)
    case '~=':
      return order >= 0 && startsWith(version, { ...other, release: other.release.slice(0, -1) })
    default:
      return undefined
  }
}

function startsWith(version: Version, start: Version): boolean {
  return version.epoch === start.epoch && start.release.every((part, at) => (version.release[at] ?? 0) === part)
}

function compareRelease(one: Version, other: Version): number {
  return compare({ ...one, rank: [], local: '' }, { ...other, rank: [], local: '' })
}
